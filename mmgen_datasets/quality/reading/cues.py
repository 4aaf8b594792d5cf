"""The words around a name that tell what is said of it."""

from __future__ import annotations

DETERMINERS = frozenset("a an the this that these those his her its their my our your".split())
DEFINITE = DETERMINERS - {"a", "an"}
INDEFINITE = frozenset("a an any some another every each no either neither".split())

PRONOUNS = frozenset(
    "i you he she it we they him them me us who whom which what that this these those there one "
    "ones someone somebody anyone everyone everybody something anything everything nobody nothing "
    "none himself herself itself themselves whoever whatever".split()
)
PREPOSITIONS = frozenset(
    "of in on at to by with without from into onto over under above below beside besides between "
    "behind near next along across around against among amid through toward towards inside outside "
    "upon off out up down for as like than per via about after before during since until except "
    "beyond beneath underneath alongside opposite past within throughout atop plus minus "
    "unlike despite toward amongst aboard".split()
)
CONJUNCTIONS = frozenset(
    "and or but nor so yet if whether because although though while whereas when where that "
    "unless until once how why then".split()
)
AUXILIARIES = frozenset(
    "is are was were be been being am has have had having does do did can could may might must "
    "shall should will would 's 're 've 'll 'd 'm ca wo sha".split()
)
FINITE = frozenset("is are was were has have 's 're 've am had".split())
ADVERBS = frozenset(
    "not n't also too here there now just only even still already again always never often "
    "usually sometimes together apart nearby alone asleep awake away back forward ahead "
    "overhead upside upright outdoors indoors inside outside present visible available wearing "
    "very quite rather currently perhaps maybe probably possibly likely all each both else "
    "facing full empty close closest far farther further closer nearest left right high low "
    "higher lower first last second afloat aloft adrift ready busy able unable similar such "
    "more most less least much many few several sat stood lay ran held wore rode sits stands "
    "lies has dressed made seen shown seated parked perched tied covered filled surrounded "
    "taken about around down up off on out over well tall long wide deep large small big "
    "visible mid midair midway next opposite beneath open ajar alight aglow askew intact "
    "unattended untouched half anywhere somewhere everywhere nowhere fast clad bound worn driven "
    "grown shown thrown stuck deep please instead however therefore thus hence caught kept "
    "left hung hanging lit set put cut built bent flew swam sleep eat drink run walk graze "
    "stand sit lie play ride look wait watch rest move fly swim relax gather cross enjoy share "
    "hold wear carry line fill".split()
)
"""What may follow a name without making it a part of a longer one."""

FUNCTION = DETERMINERS | INDEFINITE | PRONOUNS | PREPOSITIONS | CONJUNCTIONS | AUXILIARIES
"""Words that a noun phrase does not reach beyond, to the left."""

HARD_BREAKS = frozenset(
    "; : ( ) [ ] — – but although though while whereas because since however yet so except "
    "besides instead".split()
)
"""What ends the reach of any cue."""
SOFT_BREAKS = frozenset(", and or then".split())
"""What ends it if a clause of its own follows."""

NEGATIONS = frozenset(
    "no not n't without neither nor never nobody none nothing lack lacks lacking devoid absence "
    "absent zero missing hardly".split()
)
NOT_NEGATING = (
    "not only, not just, no doubt, no longer, no fewer than, no less than, no more than, "
    "nothing but, not to mention, no other, no matter, no wonder, not far, no sooner, not "
    "least, not unlike, no question, no problem, no different, not surprising, if not, not "
    "all, not every, not alone"
)
POSSIBLE = frozenset(
    "may might could would should must will shall 'll ought perhaps maybe probably possibly likely "
    "presumably potentially perchance apparently seem seems seemed seemingly appear appears "
    "appeared suggest suggests suggesting suggested hint hints hinting imply implies implying "
    "indicate indicates indicating imagine imagining suppose supposedly supposing guess wonder "
    "whether if unless want wants wanting wish wishes wishing hope hopes hoping expect expects "
    "expecting await awaits awaiting plan plans planning intend intends intending need needs "
    "needing remind reminds reminding reminiscent dream dreams dreaming symbolize symbolizes "
    "assume assumes assuming assumed think thinks believe believes evoke evokes evoking prefer "
    "prefers expected supposed anticipating anticipate normally usually typically generally "
    "commonly often rarely seldom ideally unclear unsure uncertain doubt doubts unlikely doubtful "
    "'d".split()
)
"""What follows these, in the same clause, is not said to be there."""
COMPARED = frozenset("like unlike similar than compared named called dubbed nicknamed".split())
"""What soon follows these is not said to be there."""
ALIKE = frozenset(
    "resemble resembles resembling resembled reminiscent imitate imitating imitates mimic mimics "
    "mimicking shaped".split()
)
"""What follows these, in the same clause, is neither."""
DEPICTING = frozenset(
    "drawing drawings painting paintings poster posters statue statues sculpture sculptures "
    "figurine figurines figure figures logo logos print prints printed mural murals cartoon "
    "cartoons emblem emblems sticker stickers tattoo tattoos carving carvings model models "
    "replica replicas illustration illustrations silhouette silhouettes shadow shadows "
    "reflection reflections symbol symbols picture pictures photo photos image images "
    "photograph photographs portrait portraits depiction depictions icon icons graffiti "
    "depicting depicts design designs pattern patterns advertisement ad advertising word words "
    "text toy toys shape form outline".split()
)
"""What is of a thing, or with it on, without the thing being there."""
VIEWS = frozenset(
    "picture photo photograph image scene view shot snapshot closeup portrait pictures".split()
)
"""Depictions that are mostly the picture itself."""
SEEING = frozenset({"see", "seen", "spot", "spotted", "make", "find", "found", "observe", "show"})
"""What one "can" do of what is there."""
SEEN = frozenset(
    "visible present shown seen there in pictured depicted found part included evident apparent "
    "anywhere spotted detected featured here".split()
)
"""What a thing must not be for it to be denied."""
GENERIC = frozenset(
    "often usually generally typically commonly sometimes normally frequently tend tends known "
    "always rarely seldom need needs require requires said belong naturally instinctively "
    "rare common popular typical traditionally universally famously famous can everywhere "
    "worldwide nowadays mammal mammals species symbol symbolizes usual".split()
)
"""What speaks of a kind, not of one."""
ANCHORS = frozenset(
    "the this these those his her he she it they i we here there left right background foreground "
    "front behind picture image photo scene visible seen nearby distance parked standing sitting "
    "lying walking some several two three four many".split()
)
"""What ties a clause to the picture."""
HABITS = frozenset(
    "own owns owned welcome welcomes allow allows permit permits forbid forbids ban bans prohibit "
    "prohibits love loves adore adores hate hates likes dislike dislikes fear fears prefer prefers "
    "study studies order orders ordered promised afford affords protect protects symbolise "
    "symbolises represents means collects breeds deserves lacks recommend recommends sells "
    "costs helps invented tastes taste smells smell consists produces keep replaced "
    "rely relies depend depends "
    "replace offer offers sell forgot forgotten lost misses missed".split()
)
"""What one does with things wherever they are, and cannot be seen to do."""
POPULATIONS = frozenset(
    "household households family families country countries culture cultures city cities home "
    "homes restaurant restaurants hotel hotels cafe cafes café cafés owners experts scientists "
    "nation nations village villages society societies europeans americans kitchens houses".split()
)
"""Of whom many are in no picture: "most households"."""
CUSTOMS = frozenset("tradition traditional custom hobby pastime sport invention".split())
"""What a thing is to the world at large."""
