"""What things are called in running text, beside the names that annotators give them.

The list for COCO is in the manner of CHAIR (Rohrbach et al., "Object Hallucination in Image
Captioning", EMNLP 2018), and our own. A word may stand with several categories: then it may mean
any of them. Left out are words that as often mean something else ("coach", "pitcher", "glass",
"owner", "baby" of an animal), for a thing named must be a thing meant.
"""

from __future__ import annotations

SYNONYMS = {
    "person": "people, human being, individual, man, woman, boy, girl, child, kid, lady, "
    "gentleman, guy, toddler, teenager, farmer, shepherd, player, skier, surfer, snowboarder, "
    "skateboarder, skater, rider, cyclist, bicyclist, biker, motorcyclist, pedestrian, "
    "passerby, bystander, worker, chef, waiter, waitress, policeman, policewoman, police "
    "officer, officer, soldier, fireman, firefighter, doctor, nurse, tourist, traveller, "
    "traveler, commuter, catcher, umpire, referee, bride, groom, crowd, spectator, onlooker, "
    "student, teacher, fisherman, athlete, runner, jogger, swimmer, dancer, musician, "
    "guitarist, singer, shopper, customer, vendor, grandmother, grandfather, husband, wife, "
    "jockey, cowboy, hiker, climber, lifeguard, businessman, businesswoman, salesman, "
    "saleswoman, cashier, clerk, bartender, barista, mechanic, construction worker, security "
    "guard, schoolboy, schoolgirl, newborn, scout, friend, baker, pupil, neighbour, neighbor, "
    "visitor, guest, sailor, gardener, painter, drummer, violinist, pianist, youngster, teen",
    "bicycle": "bike, pushbike, road bike, mountain bike, tandem",
    "car": "automobile, taxi, cab, sedan, suv, jeep, van, minivan, hatchback, convertible, "
    "limousine, sports car, race car, police car, station wagon",
    "motorcycle": "motorbike, bike, dirt bike, moped, motor scooter, scooter, vespa, harley, "
    "harley davidson",
    "airplane": "aeroplane, plane, jet, airliner, jetliner, aircraft, biplane, fighter jet",
    "bus": "minibus, school bus, double decker, double decker bus, tour bus, shuttle bus, van, "
    "tram",
    "train": "locomotive, steam engine, tram, streetcar, subway train, freight train, railcar, "
    "train car, monorail",
    "truck": "lorry, pickup, pickup truck, fire truck, fire engine, semi truck, dump truck, "
    "van, suv, jeep, tow truck, garbage truck, delivery truck, food truck, tanker",
    "boat": "ship, sailboat, sailing boat, rowing boat, rowboat, canoe, kayak, yacht, ferry, "
    "barge, dinghy, speedboat, trawler, motorboat, fishing boat, catamaran, tugboat, cruise ship",
    "traffic light": "stoplight, traffic signal, stop light",
    "fire hydrant": "hydrant",
    "stop sign": "",
    "parking meter": "",
    "bench": "park bench, pew",
    "bird": "seagull, gull, pigeon, parrot, owl, duck, duckling, goose, swan, hawk, eagle, crow, "
    "sparrow, robin, heron, flamingo, peacock, penguin, ostrich, rooster, hen, dove, pelican, "
    "stork, woodpecker, parakeet, hummingbird, finch, raven, magpie, falcon, toucan, cockatoo, "
    "macaw, egret, songbird, blue jay, canary",
    "cat": "kitten, kitty, tabby, tomcat, kittycat",
    "dog": "puppy, terrier, poodle, labrador, retriever, golden retriever, bulldog, dachshund, "
    "beagle, husky, corgi, chihuahua, pug, german shepherd, dalmatian, collie, spaniel, greyhound, "
    "mutt, sheepdog, rottweiler, dobermann, mastiff, pooch, doggy, hound",
    "horse": "pony, foal, stallion, mare, colt, mustang",
    "sheep": "lamb, ewe",
    "cow": "cattle, bull, ox, oxen, heifer, cattle",
    "elephant": "",
    "bear": "polar bear, grizzly, grizzly bear, brown bear, black bear, panda",
    "zebra": "",
    "giraffe": "",
    "backpack": "rucksack, knapsack",
    "umbrella": "parasol",
    "handbag": "purse, tote bag, shoulder bag",
    "tie": "necktie, bow tie, bowtie",
    "suitcase": "luggage, travel bag, trolley bag",
    "frisbee": "flying disc",
    "skis": "ski",
    "snowboard": "",
    "sports ball": "ball, soccer ball, tennis ball, beach ball, volleyball ball, football, "
    "basketball, volleyball, baseball",
    "kite": "",
    "baseball bat": "bat",
    "baseball glove": "catcher's mitt, baseball mitt, mitt",
    "skateboard": "longboard",
    "surfboard": "",
    "tennis racket": "racket, racquet, tennis racquet",
    "bottle": "wine bottle, beer bottle, water bottle",
    "wine glass": "wineglass, goblet, champagne glass, glass of wine, champagne flute",
    "cup": "mug, teacup, coffee cup, tumbler",
    "fork": "",
    "knife": "kitchen knife, table knife, butter knife",
    "spoon": "teaspoon, tablespoon, ladle",
    "bowl": "mixing bowl",
    "banana": "",
    "apple": "",
    "sandwich": "hamburger, burger, cheeseburger, panini",
    "orange": "tangerine, mandarin, clementine",
    "broccoli": "",
    "carrot": "",
    "hot dog": "hotdog",
    "pizza": "pizza pie",
    "donut": "doughnut",
    "cake": "cupcake, cheesecake, birthday cake, wedding cake, layer cake",
    "chair": "armchair, rocking chair, folding chair, office chair, lawn chair, deck chair, "
    "high chair, recliner, chaise longue",
    "couch": "sofa, settee, loveseat, futon, armchair, recliner, chaise longue",
    "potted plant": "houseplant, pot plant, potted flower, potted fern, potted palm",
    "bed": "bunk bed, mattress",
    "dining table": "dinner table",
    "toilet": "urinal, toilet bowl",
    "tv": "television, tv set, television set, flat screen tv, flat screen, monitor, "
    "computer monitor, flatscreen",
    "laptop": "laptop computer, notebook computer, macbook",
    "mouse": "computer mouse",
    "remote": "remote control, game controller, wii remote, tv remote",
    "keyboard": "computer keyboard",
    "cell phone": "phone, cellphone, mobile phone, smartphone, iphone, telephone",
    "microwave": "microwave oven",
    "oven": "stove, cooker, range oven",
    "toaster": "",
    "sink": "washbasin, wash basin",
    "refrigerator": "fridge, freezer",
    "book": "novel, textbook, paperback, hardcover",
    "clock": "wall clock, alarm clock, grandfather clock",
    "vase": "",
    "scissors": "pair of scissors",
    "teddy bear": "teddy, stuffed bear, toy bear, teddybear",
    "hair drier": "hair dryer, hairdryer, blow dryer, hairdrier",
    "toothbrush": "",
}
"""Category of COCO to its other names, which may be those of kinds of it."""

NAMESAKES = {
    "cell phone": "mobile phone",
    "tv": "television",
    "donut": "doughnut",
    "cow": "cattle",
    "dining table": "kitchen & dining room table",
    "potted plant": "houseplant",
    "sports ball": "ball",
    "mouse": "computer mouse",
    "remote": "remote control",
    "hair drier": "hair dryer",
    "microwave": "microwave oven",
    "keyboard": "computer keyboard",
    "frisbee": "flying disc",
    "skis": "ski",
}
"""Category of COCO to the class of Open Images that is the same."""

IMPLIED = {
    "skier": "skis",
    "snowboarder": "snowboard",
    "surfer": "surfboard",
    "skateboarder": "skateboard",
    "cyclist": "bicycle",
    "bicyclist": "bicycle",
    "motorcyclist": "motorcycle",
}
"""What people are called by what they ride, to that thing."""

MORE_SYNONYMS = {
    "man": "gentleman, guy, policeman, fireman, groom, fisherman, husband, grandfather, "
    "businessman, salesman, cowboy, bearded man",
    "woman": "lady, bride, wife, grandmother, waitress, policewoman, businesswoman, saleswoman",
    "boy": "schoolboy",
    "girl": "schoolgirl",
    "microphone": "mic, mike",
    "drum": "drum kit, drum set, snare drum",
    "guitar": "acoustic guitar, electric guitar, bass guitar",
    "violin": "fiddle",
    "glasses": "eyeglasses, spectacles",
    "sunglasses": "shades",
    "hat": "cap, baseball cap, beanie, fedora, straw hat, top hat, bowler hat",
    "trousers": "pants, slacks",
    "jacket": "blazer, anorak, parka",
    "footwear": "shoe, sneaker, trainer",
    "street light": "lamppost, streetlight, streetlamp, street lamp, lamp post",
    "waste container": "trash can, garbage can, dustbin, wastebasket, rubbish bin, trash bin",
    "television": "tv",
    "tablet computer": "tablet, ipad",
    "snake": "python, cobra, viper",
    "taxi": "cab",
    "helicopter": "chopper",
    "rabbit": "bunny",
    "pig": "piglet, boar",
    "monkey": "ape, chimpanzee, gorilla",
    "goat": "kid goat",
    "deer": "stag, fawn, moose, elk",
    "camera": "camcorder",
    "bread": "baguette, loaf of bread",
    "french fries": "fries",
    "beer": "pint of beer",
    "flag": "banner, pennant",
    "piano": "grand piano, concert grand, upright piano",
    "cookie": "biscuit, chocolate chip cookie",
    "human beard": "beard, goatee, moustache, mustache, stubble",
    "fish": "salmon, trout, tuna, cod, carp, sardine, mackerel, herring, koi",
    "dress": "gown, sundress, frock",
    "suit": "tuxedo",
    "boot": "wellington, cowboy boot, rubber boot",
    "high heels": "stiletto",
    "sandal": "flip-flop, flip flop",
    "earrings": "earring, ear ring",
    "coffee": "espresso, cappuccino, latte",
    "wine": "red wine, white wine, rosé",
    "cocktail": "margarita, mojito",
    "bookcase": "bookshelf, book shelf",
    "desk": "writing desk",
    "chest of drawers": "dresser",
    "nightstand": "bedside table, night table",
    "ladder": "stepladder, step ladder",
    "castle": "fortress",
    "butterfly": "monarch butterfly",
    "bee": "bumblebee, honeybee, honey bee",
    "spider": "tarantula",
    "lizard": "gecko, iguana, chameleon",
    "frog": "toad, tree frog",
    "shrimp": "prawn",
    "squirrel": "chipmunk",
    "mule": "donkey",
    "lion": "lioness",
    "camel": "dromedary",
    "kangaroo": "wallaby",
    "parrot": "macaw, cockatoo, parakeet, budgie",
    "owl": "barn owl",
    "muffin": "cupcake",
    "pasta": "spaghetti, macaroni, lasagna, lasagne, penne, ravioli",
    "cheese": "cheddar, mozzarella, parmesan, brie",
    "candy": "lollipop",
    "ice cream": "gelato",
    "helmet": "hard hat, crash helmet",
    "scarf": "shawl",
    "glove": "mitten",
    "watch": "wristwatch, wrist watch",
    "limousine": "limo",
    "dumbbell": "barbell",
    "saxophone": "sax",
    "headphones": "headset, earphones, earbuds",
    "pillow": "cushion",
    "bathtub": "tub, bath tub",
    "curtain": "drape",
    "stairs": "staircase, stairway",
    "sculpture": "statue",
    "traffic sign": "road sign, street sign",
    "handgun": "pistol, revolver",
    "sword": "sabre, saber",
    "axe": "hatchet",
    "suitcase": "trolley case",
    "briefcase": "attaché case",
    "swimwear": "bikini, swimsuit, swimming trunks",
    "computer monitor": "computer screen",
    "infant bed": "crib, cot",
    "christmas tree": "xmas tree",
    "moths and butterflies": "moth",
}
"""Class of Open Images to its other names."""
