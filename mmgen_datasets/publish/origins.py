"""Where sources come from: whom to cite, and under what terms.

A source's row in `mmgen_datasets.loading.SOURCES` says how it is read; here stands what a
dataset made from it has to say about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mmgen_datasets.licence import License, license_from_url

_COCO = """\
@inproceedings{lin2014coco,
  title     = {Microsoft {COCO}: Common Objects in Context},
  author    = {Lin, Tsung-Yi and Maire, Michael and Belongie, Serge and Hays, James and
               Perona, Pietro and Ramanan, Deva and Doll{\\'a}r, Piotr and Zitnick, C. Lawrence},
  booktitle = {European Conference on Computer Vision (ECCV)},
  year      = {2014}
}"""

_OPEN_IMAGES = """\
@article{kuznetsova2020openimages,
  title   = {The Open Images Dataset {V4}: Unified Image Classification, Object Detection, and
             Visual Relationship Detection at Scale},
  author  = {Kuznetsova, Alina and Rom, Hassan and Alldrin, Neil and Uijlings, Jasper and
             Krasin, Ivan and Pont-Tuset, Jordi and Kamali, Shahab and Popov, Stefan and
             Malloci, Matteo and Kolesnikov, Alexander and Duerig, Tom and Ferrari, Vittorio},
  journal = {International Journal of Computer Vision},
  year    = {2020}
}"""

_HUMANML3D = """\
@inproceedings{guo2022humanml3d,
  title     = {Generating Diverse and Natural {3D} Human Motions From Text},
  author    = {Guo, Chuan and Zou, Shihao and Zuo, Xinxin and Wang, Sen and Ji, Wei and
               Li, Xingyu and Cheng, Li},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)},
  year      = {2022}
}
@inproceedings{mahmood2019amass,
  title     = {{AMASS}: Archive of Motion Capture as Surface Shapes},
  author    = {Mahmood, Naureen and Ghorbani, Nima and Troje, Nikolaus F. and
               Pons-Moll, Gerard and Black, Michael J.},
  booktitle = {IEEE/CVF International Conference on Computer Vision (ICCV)},
  year      = {2019}
}"""

_LLAVA = """\
@inproceedings{liu2023llava,
  title     = {Visual Instruction Tuning},
  author    = {Liu, Haotian and Li, Chunyuan and Wu, Qingyang and Lee, Yong Jae},
  booktitle = {Advances in Neural Information Processing Systems (NeurIPS)},
  year      = {2023}
}"""

_KIT_ML = """\
@article{plappert2016kit,
  title   = {The {KIT} Motion-Language Dataset},
  author  = {Plappert, Matthias and Mandery, Christian and Asfour, Tamim},
  journal = {Big Data},
  volume  = {4},
  number  = {4},
  pages   = {236--252},
  year    = {2016}
}"""

_CC_BY_4 = license_from_url(
    "cc-by-4.0",
    "Creative Commons Attribution 4.0",
    "https://creativecommons.org/licenses/by/4.0/",
)
_AMASS = License(
    "amass",
    "AMASS, for non-commercial scientific research",
    "https://amass.is.tue.mpg.de/license.html",
    commercial=False,
    derivatives=True,
    share_alike=False,
)


@dataclass(frozen=True)
class Origin:
    """What is known of a source beside its rows."""

    title: str
    home: str
    citation: str
    """In BibTeX."""
    annotations: License | None = None
    """Of the captions, boxes and descriptions."""
    media: License | None = None
    """Of all its media alike; None where each row tells its own, or nothing is known."""


ORIGINS: Mapping[str, Origin] = MappingProxyType(
    {
        "coco2014": Origin("COCO 2014", "https://cocodataset.org", _COCO, _CC_BY_4),
        "coco2017": Origin("COCO 2017", "https://cocodataset.org", _COCO, _CC_BY_4),
        "open_images_v7": Origin(
            "Open Images V7",
            "https://storage.googleapis.com/openimages/web/index.html",
            _OPEN_IMAGES,
            _CC_BY_4,
        ),
        "humanml3d": Origin(
            "HumanML3D", "https://github.com/EricGuo5513/HumanML3D", _HUMANML3D, media=_AMASS
        ),
        "llava_json": Origin(
            "a file in LLaVA's JSON", "https://github.com/haotian-liu/LLaVA", _LLAVA
        ),
        "kit_ml": Origin(
            "KIT Motion-Language",
            "https://motion-annotation.humanoids.kit.edu/dataset/",
            _KIT_ML,
        ),
    }
)
"""By the name that a source writes into its rows."""
