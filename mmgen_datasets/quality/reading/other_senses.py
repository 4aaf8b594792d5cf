"""Where the name of a thing stands for something else.

A name in the singular before another noun is no thing of its own ("dog owner", "car door"):
`mentions` sees to that by rule. Here stands what no rule tells.
"""

from __future__ import annotations

PHRASES = (
    "fork where, come to a fork, to a mirror, closed book, round the clock, best friend, bus stop, "
    "bus station, bus lane, bus line, bus ride, bus driver, bus shelter, train of, train station, "
    "train track, train ride, car park, car wash, parking meter reader, cable car, dining car, "
    "bumper car, toy car, toy train, toy truck, toy boat, toy plane, toy airplane, model train, "
    "model car, model airplane, paper plane, paper airplane, rocking horse, carousel horse, "
    "seahorse, sea horse, sawhorse, trojan horse, clothes horse, dark horse, hold your horses, "
    "horse power, horse chestnut, dog house, dog days, dog tag, dog ear, prairie dog, corn dog, "
    "underdog, sea dog, cat walk, cat nap, cats and dogs, copy cat, cat burglar, bird's eye, early "
    "bird, bird house, bird bath, two birds with one stone, wild goose chase, goose bumps, duck "
    "tape, duct tape, rubber duck, rubber duckling, bear in mind, bear fruit, bears in mind, bear "
    "witness, gummy bear, elephant in the room, white elephant, black sheep, holy cow, cash cow, "
    "sea cow, bull's eye, red bull, bear hug, lady bug, ladybird, zebra crossing, zebra stripe, "
    "zebra print, zebra pattern, leopard print, tiger stripe, mouse pad, mouse mat, mouse trap, "
    "mouse click, orange juice, orange peel, orange blossom, apple juice, apple pie, apple tree, "
    "apple of his eye, apple of her eye, apple cider, apple logo, banana split, banana bread, "
    "banana peel, banana tree, banana boat, carrot cake, carrot and stick, carrot top, carrot "
    "stick, cake walk, piece of cake, pan cake, rice cake, crab cake, fish cake, couch potato, "
    "sandwich board, sandwiched, pizza box, donut hole, hot dog stand, hot dog bun, fork in the "
    "road, forks in the road, fork lift, tuning fork, front fork, pitch fork, knife edge, pocket "
    "knife, bowl cut, super bowl, salad bowl of, fish bowl, world cup, cup final, cup holder, cup "
    "board, cup of tea, suction cup, egg cup, bottle neck, bottle cap, bottle opener, ball game, "
    "ball park, ball gown, ball room, crystal ball, disco ball, wrecking ball, meat ball, snow "
    "ball, cotton ball, paint ball, ball of, balls of, ball bearing, have a ball, having a ball, "
    "ball point, curve ball, bat man, brick bat, tie the knot, ties the knot, tie together, ties "
    "together, tie the room, ties the room, tie in, ties in, tie up, ties up, tie to, ties to, tie "
    "with, family ties, close ties, railroad tie, cross tie, zip tie, cable tie, hair tie, kite "
    "surfing, kite surfer, kite board, chair lift, chair man, chair person, wheel chair, electric "
    "chair, ski lift, ski slope, ski resort, ski pole, ski poles, ski mask, ski jump, ski boots, "
    "ski boot, ski goggles, ski suit, ski lodge, ski jacket, bench press, bench mark, work bench, "
    "bench warmer, bed of, bed rock, flower bed, flower beds, river bed, sea bed, bed side, bed "
    "room, truck bed, garden bed, garden beds, raised bed, raised beds, bed and breakfast, kitchen "
    "sink faucet, sink in, sinks in, sink into, sinks into, heat sink, clock tower, clock work, "
    "around the clock, clock face, o clock, against the clock, clock wise, book a, book an, book "
    "the, book shelf, book case, book store, book club, book worm, by the book, comic book, face "
    "book, open book, bus boy, bus boys, remote area, remote control car, remote village, remote "
    "location, remote island, remote place, key board player, phone booth, phone call, phone "
    "number, phone case, on the phone with, telephone pole, telephone poles, telephone line, "
    "telephone lines, cell block, plane of, focal plane, picture plane, image plane, jet black, "
    "jet lag, jet ski, jet stream, ship shape, boat house, boat shoes, house boat, gravy boat, "
    "same boat, dream boat, ferry ride, canoe trip, camera man, camera angle, camera lens, motor "
    "bike helmet, baseball cap, baseball caps, baseball hat, baseball player, baseball game, "
    "baseball field, baseball diamond, baseball uniform, baseball stadium, baseball team, football "
    "field, football player, football game, football helmet, football pitch, basketball court, "
    "basketball hoop, basketball player, volleyball net, volleyball court, tennis court, tennis "
    "player, tennis match, table tennis, tennis shoes, air hockey, pool table, police car light, "
    "traffic light pole, stop sign pole, toilet paper, toilet seat, toilet brush, toilet roll, "
    "toilet tank, toilet lid, vase of life, scissors kick, scissor lift, gingerbread man, walk "
    "man, man made, man kind, man hole, manhole, man power, best man, right hand man, spider man, "
    "iron man, no man, stick man, stick figure, men at work, men's room, ladies' room, ladies "
    "room, lady luck, first lady, boy scout, cow boy boots, cow boy hat, cowboy hat, cowboy hats, "
    "cowboy boots, kid friendly, child friendly, child like, child hood, rider less, doctor's "
    "office, nurse shark, chef's knife, soldier ant, crowd funding, crowd control, player piano, "
    "record player, cd player, dvd player, mp3 player, music player, media player, blu ray player, "
    "player character, singer sewing machine, computer mouse pad, figure of speech, piggy bank, "
    "pig tail, pig tails, pony tail, ponytail, pony tails, monkey bars, monkey wrench, rabbit "
    "hole, fish tank, fish net, fish eye, fox glove, wolf down, snake down, snakes through, snakes "
    "along, snaking, turtle neck, crocodile clip, worm hole, frog man, spider web, cobweb, bee "
    "hive, bee line, butterfly stroke, crab apple, oyster card, rose up, rose to, rose from, rose "
    "gold, rose above, rose window, rose bush, rose colored, rose coloured, lily pad, horn of, "
    "drum up, organ donor, belt of, seat belt, safety belt, conveyor belt, hat trick, cap off, "
    "mushroom cloud, apple watch, coffee table, coffee shop, coffee break, coffee maker, coffee "
    "machine, tea time, tea party, tea towel, water bottle cap, ice cream cone, cream color, cream "
    "colored, cream coloured, cream cheese, peach color, peach colored, lemon yellow, lavender "
    "color, strawberry red, strawberry blonde, salmon pink, tomato red, tank top, tank tops, fish "
    "tank, water tank, gas tank, cheese cake, milk shake, milk carton, egg shell, egg plant, bread "
    "winner, bread crumb, candle light, candle lit, crown molding, crown of, glove compartment, "
    "boot of, boot camp, coat of, coats of, coat of arms, coat rack, pen of, play pen, pig pen, "
    "flag ship, flag stone, balloon payment, tower over, towers over, towers above, suit of, "
    "follow suit, suits the, suit the, suits her, suits him, tie dye, tie dyed, stock car, black "
    "tie, go cart, lap top, dress code, dress shirt, dress up, dress rehearsal, shorts sleeve, "
    "short sleeves, skirt of, skirt around, bar code, watch over, watch out, watch tower, watch for"
)
"""What is passed over as a whole; plurals of their last words too."""

COLOURS_TOO = frozenset(
    {"orange", "peach", "rose", "lavender", "cream", "salmon", "lemon", "olive"}
)
"""Names that are colours as well: things only where one of them is counted ("an orange", "three
oranges") and no noun follows."""

VERBS_TOO = frozenset(
    "bear bears book books bowl bowls cup cups cook cooks duck ducks fork forks kite kites "
    "park parks ship ships sink sinks ski skis tie ties train trains bike bikes boat boats "
    "canoe ferry hammer hammers plane planes phone phones watch watches bat bats fish tap taps "
    "rose drill drills nail nails mirror mirrors shower showers torch pen pens pig tank stool "
    "wolf jet jets bus clock clocks man monitor monitors skate racket sandwich dress dresses "
    "suit suits belt belts crown crowns drum drums box boxes saw cart carts swallow crane "
    "snake snakes worm fly coat coats cap caps hound hounds bottle bottles knife knifes toast "
    "bench can tower towers ball balls doctor doctors nurse nurses officer shelf balloon "
    "balloons crowd crowds".split()
)
"""Names that are verbs as well."""

HEADS_IN_S = frozenset(
    "tracks keys toys stops shoes seats doors windows wheels tires tyres parts lovers owners "
    "drivers riders stations lanes lines lights horns shows rides tickets routes poles slices "
    "boxes crusts toppings trees slopes boots pads buttons screens legs arms cushions backs "
    "covers sheets frames rails docks sails masts nests feeders wings tails horns collars "
    "leashes bowls treats beds houses saddles stables reins trails carts courts players games "
    "fields bats gloves caps uniforms racks chargers cases calls bookings cabinets drawers "
    "mats brushes handles lids caps labels openers holders stands shelves covers pages racks "
    "sellers shops stores cars crossings signs stripes habitats herders farmers breeders "
    "trainers walkers parks races clothes pants shorts trunks goggles helmets skins shapes "
    "sizes prints patterns colors colours tones hues groves orchards juices peels pies cores "
    "accessories sports enthusiasts fans services companies yards rooms sets tops cloths hands "
    "numbers towers batters servers makers ovens mitts burners controls remotes engines decks "
    "ramps stunts tricks waves rentals tours".split()
)
"""Plurals that make the name before them a part of a longer one: "car keys"."""

HEADS_IN_ING = frozenset(
    "training watching racing parking building painting drawing housing riding clothing making "
    "breeding show-jumping jumping fishing shopping cleaning viewing feeding grooming surfing "
    "boarding bedding cutlery crossing landing lighting seating topping setting".split()
)
"""Nouns in -ing that do the same, where no verb could stand: "bird watching"."""
