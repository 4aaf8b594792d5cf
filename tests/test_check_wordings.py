"""Many wordings of what is said to be in a picture, of what is only spoken of, and of numbers."""

from __future__ import annotations

from tests.test_check_grounding import faults, sample

CAFE = sample(
    "person",
    "dining table",
    "cup",
    "chair",
    captions=["A woman drinks coffee at a table."],
)
GARDEN = sample("person", "person", "person", "dog", "cat", "cat")

SPOKEN_OF = """\
Some restaurants welcome dogs.
Most cafes allow dogs on the terrace.
Many families own a car.
Every household has a refrigerator.
Few people travel with a suitcase these days.
Certain breeds of dog need more space.
A good waiter never drops a bottle.
What grows on a palm tree? Coconuts.
Anyone with a bicycle could ride here.
In a country like this, a bicycle is the usual way to get around.
An umbrella protects against the rain.
Umbrellas keep the rain off.
A knife is sharper than a spoon.
Cats sleep up to sixteen hours a day.
The cat is a symbol of independence.
The bicycle was invented in the nineteenth century.
The owner of the place probably has a dog.
The table is about the size of a car.
The cup is as small as an apple.
She drinks from it the way a cat would.
There is enough room for a dog under the table.
The table is big enough to hold a laptop.
The table is too small for a pizza.
The room is free of cats.
The table is empty of books.
There is no sign of a dog.
I do not see a bottle or a fork.
There is neither fork nor knife.
It is a cup rather than a bottle.
It is a cup, not a bottle.
Not a bottle but a cup stands there.
Instead of a laptop she has a cup.
She would rather have a pizza.
Apart from the missing spoon, all is set.
The scene lacks a dog.
No one has brought a laptop.
Nobody rides a bicycle here.
None of the chairs is broken.
Had there been a dog, one would see a leash.
If a dog came in, she would smile.
Were there a bus, it would be seen.
Unless a cat is hidden below, there are no animals.
Whether there is a dog cannot be told.
One cannot tell if a cat is under the table.
A dog might be just outside the frame.
A cat could be hiding under the table.
A dog is nowhere in the picture.
She once had a dog.
She used to own a cat.
Yesterday a bus stopped here.
A bus has just left.
The train left an hour ago.
Later a bus will bring her home.
She is waiting for a bus.
She is about to catch a train.
She came by bus.
She travels by train every day.
She goes to work by bicycle.
She reads about horses.
She dreams of a boat.
She is thinking about pizza.
It tastes of banana.
It smells of oranges.
The cup has a cat printed on it.
On the cup, a cat is printed.
The cup shows a cat with a hat.
Her shirt bears the image of an elephant.
A giraffe is painted on the cup.
The logo is an apple with a bite.
The mug is shaped like an elephant.
It is an elephant-shaped mug.
The sugar lump is like a bear.
Her hair is the colour of a carrot.
Her face is red as an apple.
She is busy as a bee and strong as a horse.
She has the patience of an elephant.
She is dressed for skiing.
She sits in a pub called The White Horse.
The cafe is named after a bear.
It might be mistaken for a bottle.
The picture could have been taken from a bus.
The photo was taken through a car window.
The photographer may have stood on a chair.
The noise of a train would disturb her.
The barking of a dog would disturb her.
She needs a spoon to stir it.
A spoon is needed to stir it.
A spoon would be useful.
What she lacks is a spoon.
What is missing is a fork.
One would expect a clock on the wall.
You might want to add a vase.
I would put a vase on the table.
Adding a vase would make it prettier.
Place a vase on the table for a better look.
Imagine a dog at her feet.
Take a dog, for example.
Think of a dog that waits.
For instance, dogs and cats are popular pets.
Such as cats and dogs.
Pets such as cats are not allowed.
Animals like dogs and horses need water.
Coffee is often served with a donut.
Coffee with cake is a tradition in Vienna.
It is a popular drink, unlike a banana milkshake.
People often bring their laptops to such places.
In Italy, people eat pizza late in the evening.
In the past, people went by horse.
A place where cars are forbidden.
Cars are not allowed here.
Bicycles must be left outside.
The rule forbids dogs.
No dogs allowed, says the sign.
It is far away from any train.
The car park is not visible.
The nearest bus may be far away.
To a cat, this would look like paradise.
Wherever there is a boat, there is water.
Where there are horses, there are flies.
A boat needs water.
Boats float because they displace water.
The term "hot dog" comes from Germany.
My guess is a cat.
It is hard to say whether it is a bottle.
It is uncertain if the bag is a backpack.
It is unlikely that a dog is here.
I doubt that a dog is here.
I don't think there is a dog.
It is not clear that she has a laptop.
She doesn't seem to have a phone.
She hasn't brought a phone.
There aren't any bottles.
There isn't a single bottle.
There's not one fork.
She is alone, with no dog to keep her company.
Her hands are free, as she holds neither phone nor book.
She holds a cup instead of a phone.
Without a phone or a book, she looks bored.
Nothing suggests a dog.
Nothing points to a dog.
Whoever baked the cake is a good cook.
Somebody must have cut the pizza with a knife.
That would be a job for a dog.
Those with a dog know this.
Owners of dogs know this.
Dog owners know this.
She would make a good match for someone with a boat.
I am no expert on horses.
There are no books, bottles, or laptops.
You won't find a bed here.
You will not see a bed here.
One looks in vain for a bed.
A bed is what she needs.
All that is missing is a bed.
The only thing missing is a bed.
It would take a bus to bring them all.
She is fond of cats.
She loves dogs.
She likes pizza.
She prefers cake to fruit.
She is allergic to cats.
She is afraid of dogs.
She is a dog person.
She works as a bus driver.
She might own a boat.
She is a fan of baseball.
She studies elephants.
She is a train conductor.
She is on her way to buy a couch.
Perhaps she has just come off a plane.
She ordered a pizza.
She has ordered a sandwich.
She was promised a donut.
After this she will eat a sandwich.
Before the next train comes, she drinks up.
Until the bus comes, she stays.
By the time the bus comes, she will be gone.
Anyone who has ever missed a train knows the feeling.
It reminds one of a scene from a film with an elephant.
The room could use a clock.
This would be a fine spot for a bench.
A bench would fit well here.
The only thing that would make it better is a cake.
The cup is nearly as tall as a wine bottle.
The handle of the cup is bent like a banana.
She has hair as long as a horse's mane.
Her eyes follow something like a cat follows a bird.
In the manner of a cat, she stretches.
No bus runs at this hour.
The last bus has gone.
There is hardly room for a cat.
Not a single car can be seen.
Neither a car nor a bus is in sight.
There are chairs but no couch.
Except for a missing knife everything is ready.
Nobody would leave a laptop here.
One might think of a train compartment.
The seats look like those of a bus.
The interior resembles that of a train.
The noise comes from cars outside, I suppose.
It must be break time, as no laptop is open.
It is too early for pizza.
Too bad there is no cake.
She forgot her umbrella.
She left her umbrella at home.
She has no need for an umbrella.
An umbrella is not needed.
It takes no umbrella to stay dry.
Her job might be that of a bus driver.
She might be a dog walker.
She would need a car to get home.
She can go home by bus.
She will go home by train.
She probably came here on a bicycle.
She may have parked her bicycle outside.
Her bicycle may be outside.
Her dog could be waiting outside.
The dog, if she has one, is not here.
A dog, if there were one, would lie under the table.
If I had to guess, there is a couch behind the camera.
I guess a couch is behind the camera.
Behind the camera there may be a couch.
You could place a vase on the table.
I suggest adding a vase.
My advice would be a vase.
Try a banana with your coffee.
A banana contains a lot of potassium.
Bananas contain a lot of potassium.
Bananas are rich in potassium.
A banana a day is healthy.
An apple a day keeps the doctor away.
Elephants never forget.
Elephants are the largest land animals.
An elephant weighs several tons.
An elephant can weigh several tons.
Horses were once used for transport.
Trains replaced horses.
Boats are made of wood or steel.
A typical kitchen has an oven and a refrigerator.
A kitchen without an oven is rare.
Cafes offer sandwiches and cakes.
Such places sell sandwiches.
They sell sandwiches in such places.
They might serve sandwiches here.
Do you like pizza?
Would you like a banana?
In many countries, people eat with a fork and a knife.
Europeans eat with a knife and fork.
To eat this, one needs a fork.
To eat it you would use a fork.
It is eaten with a fork.
It is best eaten with a spoon.
One uses a spoon for that.
You use a spoon for that.
A spoon is used for that.
This is what a cat does when it is scared.
The pose is typical of a surfer.
The word "train" is written on it.
The sign tells drivers that horses cross here.
A sign warns of elephants.
The poster advertises pizza.
The magazine is about cars.
On the screen a football match is shown.
Her necklace has a small elephant on it.
The pattern on the cloth consists of little birds.
The cup has the form of an owl.
It is a statue of a horse.
A horse made of bronze stands there.
A toy car lies on the table.
A stuffed elephant sits there.
A wooden horse stands on the table.
A rubber duck sits on the shelf.
A plastic dinosaur and a paper boat lie there.
An origami bird hangs there.
A drawing shows a boat.
On her T-shirt is a cat.
The cloud has the shape of a boat.
You won't believe it, but it isn't a cat.
What looks like a cat is a bag.
What seems to be a cat is a bag.
It is not a cat but a bag.
It may look like a dog at first.
At first glance one might take it for a dog.
Some would call it a couch.
The term for it is couch potato.
As for a laptop, there is none.
As for the laptop, there is none.
A laptop? There is none.
About a laptop nothing can be said.
With no phone at hand, she looks out.
No one but a cat would fit there.
Only a cat would fit there.
Even a cat would not fit there.
Her book club meets here.
She is booked on a train.
The bear market worries her.
She bears it well.
The kitchen sinks into darkness.
A train of thought carries her away.
She ties her hair.
She parks herself there.
The chair person is absent.
""".splitlines()
"""Sentences that name things which they do not say are there."""

SAID = """\
A cat sits beneath the table.
She is holding a phone.
Next to her, a dog sleeps.
There's a laptop open on the table.
Her bag, a backpack, is on the floor.
With a book in one hand, she sips.
She looks at her phone.
Behind her stands a refrigerator.
On the wall hangs a clock.
A vase of flowers decorates the table.
The table holds a bowl, a knife and a spoon.
The woman, who has a dog at her feet, drinks.
Because her dog is asleep, she is quiet.
While her cat watches, she drinks.
The laptop in front of her is closed.
In the background, cars drive past.
A bus passes outside the window.
Several bottles line the shelf.
She has put her umbrella on the chair.
One can see a bicycle through the window.
You can see a train through the window.
A pizza that has been cut in half lies before her.
She eats a sandwich.
She feeds a dog.
She has a suitcase with her.
Two cats play.
There are cats.
I can see a dog.
The image shows a woman with a handbag.
The scene includes a couch.
She sits on a couch.
She is surrounded by books.
Her dog looks up at her.
The red umbrella leans against the wall.
Beside the cup lies a fork.
The cup stands between a laptop and a phone.
A dog lies under the table, waiting for its owner.
There is a dog but no cat.
The dog on the left is brown.
She is feeding a bird.
She cuts the cake with a knife.
A waiter brings a pizza.
The knife with which she cuts is sharp.
It is the cat that she looks at.
What stands beside the cup is a vase.
Her left hand rests on a laptop.
The suitcase beside her suggests that she is travelling.
Since she has a suitcase, she may be travelling.
The presence of a bed makes it a bedroom.
The dog wants a treat.
A toothbrush in the cup tells that it is morning.
If you look closely, there is a cat on the shelf.
A typical morning: she drinks coffee while a dog sleeps beside her.
She uses a laptop.
The waiter takes a bottle from the shelf.
A wooden boat lies on the shore.
Her wooden bench is old.
A dog made its bed under the table.
The sign next to the bicycle reads OPEN.
On the table is a vase.
On the shelf behind her stands a clock.
The plate holds a banana.
The bowl contains an apple.
There is an apple a bit to the left.
You see a horse in the back.
One can see that a bus has stopped outside.
A bus has stopped outside.
The knife that she holds is sharp.
Her phone, which lies on the table, is black.
It is a rainy day, and a person with an umbrella walks past.
She waits for her friend, who has parked a car outside.
A bird is about to fly off.
Her dog is about the size of a cup.
The small dog is the cutest in the picture.
The dog is the largest animal in the picture.
She is enjoying a sandwich.
She plays with her cat.
A kite flies above her head.
She talks on her phone.
She talks to a man about her bag, while a dog sleeps.
A cat lies there as if it were asleep.
A traffic light is seen through the window.
The sheep behind her graze.
She has left a suitcase at the door.
She puts a spoon into the cup.
The spoon in the cup is made of silver.
A book lies open, as she was reading.
What one notices first is a bright umbrella.
Most of the table is taken by a pizza.
All of the chairs have a backpack hanging from them.
Many of the guests have a laptop in front of them.
Each guest has a bottle of water.
Some people in the back eat pizza.
People walk their dogs outside.
Cars are parked along the street.
Birds sit on the roof.
""".splitlines()
"""Sentences that say of something which is not there that it is."""

RIGHT = """\
All three of them wear hats.
The only cat sleeps on the mat.
The only black cat is asleep.
The only dog is black.
If the two dogs meet, they fight.
There are more than two people.
No fewer than two cats sleep.
There is just one cat on the sofa.
A second cat looks on.
Two of them are women.
Both cats sleep.
Three people stand together; the three of them laugh.
Only two people wear hats.
The other three people laugh.
There is one cat on the mat.
""".splitlines()
"""Numbers that may hold in the garden."""

WRONG = """\
All four people wear hats.
The people wait. All four wear hats.
The only cat in the picture sleeps.
The only cat, which is black, sleeps.
The only cat is black.
The two dogs may be friends.
Perhaps the pair of dogs is waiting.
There are more than three people.
Over ten people stand there.
No fewer than three cats sleep.
There is just one cat in the room.
There is only one cat.
A single cat is present.
A third cat looks on.
Both dogs bark.
A trio of cats sleeps.
Half a dozen cats sleep.
Dozens of cats sleep.
Three cats, one black and two white, sleep.
The image shows four people.
Four people can be seen.
One sees four men.
I count only two people.
Only two people are visible.
The group of four people walks.
Two women and two men walk.
A man and three women walk.
Each of the three cats has a bowl.
One of the three cats sleeps.
Two of the four people laugh.
A lone cat is in the scene.
The picture contains exactly one cat.
Exactly one cat is in the picture.
There's one cat.
Two dogs, a brown and a white one, bark.
""".splitlines()
"""Numbers that cannot."""


def found(check: str, known: dict[str, object], lines: list[str]) -> list[str]:
    return [line for line in lines if faults(check, known, "What is there?", line)]


def test_what_is_only_spoken_of_is_no_claim() -> None:
    assert not found("unsupported", CAFE, SPOKEN_OF)


def test_what_is_said_in_passing_is_a_claim() -> None:
    assert found("unsupported", CAFE, SAID) == SAID


def test_numbers_in_many_wordings() -> None:
    assert found("numbers", GARDEN, WRONG) == WRONG
    assert not found("numbers", GARDEN, RIGHT)
