/** Titles of the domains, in both languages. */
export const DOMAINS: Readonly<Record<string, string>> = {
  fire: '消防 Fire',
  flood: '防汛 Flood',
  weather: '气象 Weather',
  crowd: '人流 Crowd',
  traffic: '交通 Traffic',
  environment: '环境 Environment',
  utilities: '水电燃气 Utilities',
  facilities: '设施 Facilities',
  health: '卫生 Health',
  security: '治安 Security',
  livelihood: '民生 Livelihood',
  construction: '工地 Construction',
  iot: '感知设备 Devices',
};

export const CATALOGUE_HEAD = `# 规则一览 · The rules

[怎么写规则 How rules are written](README.md)

本页由 \`npm run catalogue\` 从规则文件生成，请改规则文件，不要改本页。

每一级后面的字母说明阈值的依据：

| | |
| --- | --- |
| **V** | 公开文本中见到 |
| **S** | 二手文本，或他处的做法 |
| **M** | 凭记忆，未找到原文，用前须核对 |
| **E** | 工程默认值，没有公开依据 |

**E 与 M 不是标准，不得当作标准引用**，应按现场调整。“依据”一栏的标准只管标为 V 的级别；施行日期不知道的不写。

单写 \`≥ 35\` 是说“值”一栏的那个数；∧ 且，∨ 或，¬ 非。\`sum(rain, 1h)\` 之类是[事实](README.md#事实)，括号里是测量与窗口。“持续”是条件要成立多久才升级；
“解除”是解除的条件，以及要成立多久。“主办”一栏的颜色是从哪一级起派单；签收、到场、办结时限自派单起算。– 表示没有。

This page is made from the rule files by \`npm run catalogue\`: change those, not this.

The letter behind each level says how its threshold is known:

| | |
| --- | --- |
| **V** | seen in a public text |
| **S** | a secondary text, or somebody's practice |
| **M** | from memory, no text found: to be checked before use |
| **E** | engineering default, no public source |

**E and M are no standard, and may not be quoted as one**: adjust them to the site. A standard named under "source" speaks for the levels marked V only; the day it came into force is left out where it is not known.

\`≥ 35\` alone is about the number under "value"; ∧ and, ∨ or, ¬ not. Expressions such as \`sum(rain, 1h)\` are [facts](README.md#facts) with their measures and windows. "Hold" is how long the condition must last before the level is raised; "clear" is the condition that ends it, and how long that must last. The colour under "lead" is the level from which an order is opened; due times run from its dispatch. – is none.`;

export const CATALOGUE_FOOT = `E 与 M 不是标准。 E and M are no standard.`;
