"""Many pairs of statements that cannot both hold, and many that can."""

from __future__ import annotations

from tests.test_check_grounding import faults

CONTRARY: list[tuple[str, ...]] = [
    ("What does he wear?", "He is wearing glasses.", "?", "There are no glasses on his face."),
    ("?", "There are two dogs.", "?", "The only dog sleeps."),
    ("?", "The image shows a single dog.", "?", "Both dogs sleep."),
    ("?", "Everyone is wearing a helmet.", "?", "The boy wears no helmet."),
    ("?", "Nobody wears a helmet.", "?", "The boy wears a helmet."),
    ("?", "None of the people wears a hat.", "?", "The woman has a hat."),
    ("?", "There are no people in the picture.", "?", "A man walks along the road."),
    ("?", "There is nobody in the picture.", "?", "A man walks along the road."),
    ("Is there a dog?", "No.", "?", "A dog sleeps under the table."),
    ("Can you see any animals?", "No, there are none.", "?", "A cat sits on the wall."),
    ("?", "There are exactly two dogs on the grass.", "?", "All three dogs on the grass sleep."),
    ("?", "There are no curtains at the window.", "?", "Blue curtains hang at the window."),
]
"""Conversations of which the last statement contradicts one before."""

TOGETHER: list[tuple[str, ...]] = [
    ("?", "There are two dogs on the grass.", "?", "All three dogs on the sand sleep."),
    (
        "?",
        "There are no people on the beach.",
        "?",
        "The sand is white, and the people in the boat wave.",
    ),
    ("?", "A man stands at the counter.", "?", "There is no counter behind the fence."),
    ("?", "The sky has no clouds on the left.", "?", "Clouds gather over the hills on the right."),
    ("?", "There are no shadows on the floor. The shadows of the trees fall on the wall."),
    ("?", "There is no railing on the stairs.", "?", "The balcony has a railing of iron."),
    ("Is there a fence?", "No, a hedge marks the border.", "?", "The hedge is cut short."),
    ("?", "No flowers grow on the balcony.", "?", "Flowers are painted on the wall."),
    ("?", "A sign stands beside the road.", "?", "No sign says how far it is."),
    ("?", "There is no label on the jar.", "?", "The label on the bottle is red."),
    ("?", "There is no snow on the road, but snow covers the roofs."),
    ("?", "With no wind, the flag hangs limp.", "?", "The wind turbine stands still."),
    ("?", "There is no grass. The goats eat hay.", "?", "Dry grass is what hay is made of."),
    ("?", "There are three boats in the harbour.", "?", "Two boats in the harbour are red."),
    ("?", "The two cups on the shelf are blue.", "?", "There are three cups on the table."),
    ("?", "There are two dogs on the rug and there are three dogs on the rug in the mirror."),
    ("?", "The beach has no waves today.", "?", "Waves like those would be good for surfing."),
    ("?", "There is no ladder against the house.", "?", "One would need a ladder to get up."),
    ("?", "No bridge crosses the river here.", "?", "A bridge would help."),
    ("?", "There is not a single leaf on the tree.", "?", "Brown leaves lie on the ground."),
    ("?", "The station has no roof.", "?", "The roof of the train is grey."),
    ("?", "There is no steam coming from the cup.", "?", "Steam rises from the pot."),
    ("?", "There are two red cups on the table.", "?", "There are three cups on the table."),
    ("?", "There is no fence around the yard.", "?", "A fence runs along the road."),
    ("?", "There is no iron fence around the yard.", "?", "A fence runs along the yard."),
    ("?", "There is no hook on the left.", "?", "A hook sticks out of the wall on the right."),
    ("?", "There is no sign of rain.", "?", "A sign hangs over the door."),
    ("?", "There is no need for a plan. The plan of the town hangs on the wall."),
    ("?", "He wears no scarf.", "?", "A scarf hangs over the rail."),
    ("?", "A fence would help, for there is no fence around the yard."),
    ("?", "There are no lines on the road. Phone lines cross the sky."),
    ("?", "The road has no kerb.", "?", "On the square, a kerb keeps the cars out."),
    ("Is there only one kind of animal?", "No.", "?", "A cat sits on the wall."),
    ("?", "One man sits, the other stands."),
    ("?", "The dog on the left is asleep and the one on the right is awake."),
    ("?", "There are two cups on the table. There is one cup on the shelf."),
    ("?", "There are three people. Two of them sit."),
    ("?", "There are no dogs in the street.", "?", "A dog sleeps in the house."),
    ("?", "There is no car on the left. A car stands on the right."),
    ("?", "All the people stand.", "?", "The dog sits."),
    ("Is the man sitting?", "No, he is standing.", "?", "The man stands."),
    ("Is the door open?", "No, it is closed.", "?", "The closed door is brown."),
    ("Is the cup empty?", "No.", "?", "The cup is full."),
    ("?", "The cake is whole, only one slice is cut."),
    ("?", "He wears a helmet. The other man has no helmet."),
    ("?", "He wears no gloves.", "?", "She wears gloves."),
    ("?", "There are no people on the beach, but a man is in the water."),
    ("Is the dog sleeping?", "Yes.", "Is the cat sleeping?", "No, it is awake."),
    ("Is the street busy?", "No, it is empty.", "Is the bus full?", "Yes, it is crowded."),
    ("?", "One cat is black, the other is white.", "?", "The black cat is on the sofa."),
    ("?", "Nobody wears a helmet.", "?", "A helmet hangs on the wall."),
    ("?", "Everyone has a bag.", "?", "The dog has no bag."),
    ("?", "There is nobody in the boat.", "?", "A man walks along the shore."),
    ("?", "The pizza has no olives. It is topped with cheese."),
    ("?", "There is no cat in the picture. The animal looks like a cat, but it is a dog."),
    ("?", "There is no car in front of the house.", "?", "A car stands behind the house."),
    ("?", "The men are standing.", "?", "All of the women are sitting."),
    ("?", "All of them are standing.", "?", "The man sitting in the car waits."),
    ("?", "All the players stand, but the coach sits."),
    ("How many dogs are there?", "Two.", "How many of them are brown?", "One."),
    ("How many people are in the boat?", "Two.", "How many people are on the shore?", "Three."),
    ("?", "There is one man on the left. There are two men on the right."),
    ("?", "The only dog in the boat sleeps. Two dogs run on the shore."),
    ("?", "Two children play. The third child watches."),
]
"""Conversations that sound like it, and say nothing of the kind."""


def found(conversations: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [turns for turns in conversations if faults("contradiction", None, *turns)]


def test_what_cannot_both_hold_is_found() -> None:
    assert found(CONTRARY) == CONTRARY


def test_what_can_both_hold_is_no_contradiction() -> None:
    assert not found(TOGETHER)
