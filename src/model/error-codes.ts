import type { RejectionCode } from './rejection.ts';
import type { Text } from './text.ts';

/**
 * Every stable code that a person may meet, in both languages; the HTTP API keeps its own table beside its statuses
 * (`api/problem-details.ts`). A code never changes its meaning; one that is no longer used is not used again.
 */

/** Why a message is no reading. */
export const REJECTION_CODES: Readonly<Record<RejectionCode, Text>> = {
  'topic-unknown': { zh: '主题不在约定之内', en: 'The topic is none of ours' },
  'codec-unknown': { zh: '没有此报文格式的解码器', en: 'There is no codec of this name' },
  'payload-too-large': { zh: '报文过大', en: 'The payload is too large' },
  'payload-empty': { zh: '报文为空', en: 'The payload is empty' },
  'json-invalid': { zh: '不是合法的 JSON', en: 'The payload is not JSON' },
  'json-too-deep': { zh: 'JSON 嵌套过深', en: 'The JSON nests too deep' },
  'json-duplicate-key': { zh: '同一对象中键名重复', en: 'A key stands twice in one object' },
  'utf8-invalid': { zh: '不是合法的 UTF-8', en: 'The bytes are not UTF-8' },
  schema: { zh: '内容不符合约定的格式', en: 'The content does not follow the schema' },
  'batch-size': { zh: '批量条数不在 1 至 1000 之间', en: 'A batch holds 1 to 1,000 readings' },
  'time-invalid': { zh: '时间格式有误或超出范围', en: 'The time is no time, or out of range' },
  'time-future': { zh: '观测时间超前于接收时间过多', en: 'The reading is too far ahead of its receipt' },
  'time-jump': { zh: '观测时间使数据时钟一次跳得过远', en: 'The reading would move the clock of the data too far' },
  'sensor-unknown': { zh: '设备未登记', en: 'No file names this sensor' },
  'sensor-foreign': { zh: '设备归属另一网关', en: 'The sensor belongs to another gateway' },
  'sensor-cap': { zh: '该网关自报的设备已达上限', en: 'The gateway has brought too many unknown sensors' },
  'key-cap': { zh: '某条规则的判断对象已达上限', en: 'A rule holds as many keys as it may' },
  'measure-cap': { zh: '该设备的测量项已达上限', en: 'The sensor has too many measures' },
  'receipt-refused': { zh: '回执未被接受', en: 'The receipt moves nothing' },
  'receipt-foreign': { zh: '登录者不能替别的单位回执', en: 'This log-in may not answer for another party' },
  internal: { zh: '内部错误，报文已保留', en: 'Something failed here; the message is kept' },
};

/** What became of a receipt that moved nothing. */
const RECEIPT_CODES = {
  'order-unknown': { zh: '没有此工单', en: 'There is no such order' },
  'party-unknown': { zh: '该单位没有此工单的派单', en: 'This party has no assignment in this order' },
  'step-not-allowed': { zh: '状态不允许此回执', en: 'The assignment does not allow this step now' },
  'receipt-id-reused': { zh: '回执编号已用于另一状态', en: 'The id of the receipt was used for another state' },
} as const satisfies Readonly<Record<string, Text>>;

/** `maibo.json` and the environment. */
const CONFIG_CODES = {
  'config-invalid': { zh: '配置有误', en: 'The configuration has faults' },
  'config-unsafe': { zh: '配置会让外人不经认证进入', en: 'Strangers could come in without credentials' },
  'config-unreadable': { zh: '配置文件无法读取', en: 'The configuration file cannot be read' },
  'config-json': { zh: '配置文件不是合法的 JSON', en: 'The configuration file is not JSON' },
  'config-depth': { zh: '配置文件嵌套过深', en: 'The configuration file nests too deep' },
  'config-key-duplicate': { zh: '配置项重复', en: 'A setting stands twice' },
  'config-key-forbidden': { zh: '键名不可用', en: 'A key of this name is never accepted' },
  'config-schema': { zh: '配置项未知或取值有误', en: 'A setting is unknown or has a wrong value' },
  'config-log-in-twice': { zh: '网关与处置单位的登录名重复', en: 'A gateway and a party have one log-in name' },
  'config-format': { zh: '工单输出格式的配置有误', en: 'The format of orders is configured wrongly' },
  'config-url': { zh: '推送地址有误', en: 'A webhook address is wrong' },
  'config-environment': { zh: '环境变量取值有误', en: 'An environment variable has a wrong value' },
} as const satisfies Readonly<Record<string, Text>>;

/** The city folder. */
const CITY_CODES = {
  'city-route-empty': { zh: '路由不改变任何派单', en: 'A route changes nothing' },
  'city-invalid': { zh: '城市目录有误', en: 'The city folder has faults' },
  'city-unreadable': { zh: '城市文件无法读取', en: 'A city file cannot be read' },
  'city-json': { zh: '城市文件不是合法的 JSON', en: 'A city file is not JSON' },
  'city-depth': { zh: '城市文件嵌套过深', en: 'A city file nests too deep' },
  'city-key-duplicate': { zh: '键名重复', en: 'A key stands twice' },
  'city-key-forbidden': { zh: '键名不可用', en: 'A key of this name is never accepted' },
  'city-schema': { zh: '条目未知或取值有误', en: 'An entry is unknown or has a wrong value' },
  'city-duplicate': { zh: '编号重复', en: 'An id stands twice' },
  'city-reference': { zh: '引用的街镇或地点不存在', en: 'A street or place that is named does not exist' },
  'city-position': { zh: '坐标不在城市范围内', en: 'A place lies outside of the city' },
  'city-calendar': { zh: '日历有误', en: 'The calendar contradicts itself' },
  'city-zone': { zh: '时区有误', en: 'The time zone is unknown' },
} as const satisfies Readonly<Record<string, Text>>;

/** The rules folder; `rules/README.md` says more about each. */
const RULE_CODES = {
  'rules-invalid': { zh: '规则有误', en: 'The rules have faults' },
  'rules-folder-unreadable': { zh: '规则目录无法读取', en: 'The rules folder cannot be read' },
  'rules-folder-too-large': { zh: '规则目录过大', en: 'The rules folder is too large' },
  'rule-file-unreadable': { zh: '规则文件无法读取', en: 'A rule file cannot be read' },
  'rule-too-large': { zh: '规则文件过大', en: 'A rule file is too large' },
  'rule-encoding': { zh: '规则文件不是 UTF-8', en: 'A rule file is not UTF-8' },
  'rule-json': { zh: '规则文件不是合法的 JSON', en: 'A rule file is not JSON' },
  'rule-depth': { zh: '规则嵌套过深', en: 'A rule nests too deep' },
  'rule-key-duplicate': { zh: '键名重复', en: 'A key stands twice' },
  'rule-key-forbidden': { zh: '键名不可用', en: 'A key of this name is never accepted' },
  'rule-schema': { zh: '规则不符合格式', en: 'A rule does not follow the schema' },
  'rule-duration': { zh: '时长写法有误', en: 'A duration is not well written' },
  'rule-window-too-long': { zh: '窗口过长', en: 'A window is too long' },
  'rule-window-uneven': { zh: '窗口与钟点对不齐', en: 'A window does not divide the day' },
  'rule-fact-unknown': { zh: '没有此事实', en: 'There is no such fact' },
  'rule-fact-params': { zh: '事实的参数有误', en: 'The parameters of a fact are wrong' },
  'rule-fact-scope': { zh: '在此对象上永远未知', en: 'A fact can never be known where it is asked' },
  'rule-facts-too-many': { zh: '事实过多', en: 'A rule asks for too many facts' },
  'rule-state-too-large': { zh: '规则要记住的太多', en: 'A rule would keep too much for each key' },
  'rule-operator-list': { zh: '此运算符需要一个列表', en: 'This operator looks into a list' },
  'rule-operator-unknown': { zh: '没有此运算符', en: 'There is no such operator' },
  'rule-value-type': { zh: '比较值的类型不对', en: 'A fact is compared with a value of the wrong type' },
  'rule-path': { zh: '路径写法不被接受', en: 'A path of this form is not accepted' },
  'rule-condition-shape': { zh: '条件的写法有误', en: 'A condition has a wrong shape' },
  'rule-condition-unknown': { zh: '没有此命名条件', en: 'There is no named condition of this name' },
  'rule-condition-cycle': { zh: '命名条件互相引用成环', en: 'Named conditions refer to each other in a circle' },
  'rule-conditions-too-many': { zh: '条件过多', en: 'A rule has too many conditions' },
  'rule-measure-unknown': { zh: '没有此测量项', en: 'The city has no such measure' },
  'rule-unit': { zh: '单位与测量项不符', en: 'The unit is not that of the measure' },
  'rule-never': { zh: '阈值永远达不到', en: 'A threshold can never be met' },
  'rule-no-reading': { zh: '规则不看任何读数，永远不会判断', en: 'A rule asks for no reading and is never judged' },
  'rule-sign-unknown': { zh: '没有此体征', en: 'There is no sign of this id' },
  'rule-sign-cycle': { zh: '体征互相引用成环', en: 'Signs ask for each other in a circle' },
  'rule-sign-lateness': { zh: '互相引用的体征等待时间不同', en: 'Signs that ask for each other wait for different times' },
  'rule-signs-too-many': { zh: '引用的体征过多', en: 'A sign asks for too many others' },
  'rule-party-unknown': { zh: '没有此处置单位', en: 'The city has no such party' },
  'rule-party-twice': { zh: '同一单位列了两次', en: 'A party stands twice in one order' },
  'rule-order-never': { zh: '工单永远不会开出', en: 'The order would never be opened' },
  'rule-due-order': { zh: '时限先后颠倒', en: 'The due times are in the wrong order' },
  'rule-ladder': { zh: '等级阈值不是递进的', en: 'The thresholds do not rise with the levels' },
  'rule-clear-overlap': { zh: '解除条件与触发条件重叠', en: 'A level would be cleared while it is raised' },
  'rule-id-file': { zh: '规则编号与文件名不符', en: 'The id of a rule is not that of its file' },
  'rule-id-duplicate': { zh: '规则编号重复', en: 'Two rules have one id' },
  'rule-domain-folder': { zh: '规则领域与目录不符', en: 'The domain of a rule is not its folder' },
  'rule-file-name': { zh: '文件名不是规则的文件名', en: 'A file has not the name of a rule' },
  'rule-test-too-long': { zh: '规则测试的读数过多', en: 'A rule test has too many readings' },
  'rule-test-orphan': { zh: '被测规则不存在', en: 'A rule test has no rule' },
  'rule-test-reference': { zh: '测试引用的地点或设备不存在', en: 'A rule test names a place or sensor that it has not' },
  'rule-untested': { zh: '规则没有测试', en: 'A rule has no test' },
} as const satisfies Readonly<Record<string, Text>>;

/** Starting, the journal, the doors. */
const RUN_CODES = {
  usage: { zh: '用法有误', en: 'The command is not used so' },
  'port-taken': { zh: '端口已被占用', en: 'The port is taken' },
  'clock-changed': { zh: '数据目录用的是另一种时钟', en: 'The data directory was made under another clock' },
  'server-unreachable': { zh: '连不上服务', en: 'The server is out of reach' },
  'journal-directory': { zh: '数据目录不可用', en: 'The data directory cannot be used' },
  'journal-locked': { zh: '数据目录正被另一进程使用', en: 'Another process uses the data directory' },
  'journal-foreign': { zh: '数据文件不是脉搏的', en: 'The data file is not one of Maibo' },
  'snapshot-format': { zh: '快照由另一版本写成', en: 'The snapshot was written by another version' },
  'journal-newer': { zh: '数据文件由更新的版本写成', en: 'The data file was written by a newer version' },
  'journal-damaged': { zh: '日志已损坏', en: 'The journal is damaged' },
  'journal-gap': { zh: '日志有缺口', en: 'The journal has a gap' },
  'journal-failed': { zh: '日志写入失败', en: 'A write to the journal failed' },
  'journal-misused': { zh: '日志用法有误', en: 'The journal was handed something that cannot be logged' },
  'journal-closed': { zh: '日志已关闭', en: 'The journal is closed' },
  'journal-snapshot-failed': { zh: '快照写入失败', en: 'A snapshot could not be written' },
  'history-directory': { zh: '历史数据目录不可用', en: 'The history cannot be opened' },
  'history-locked': { zh: '历史数据正被另一进程使用', en: 'Another process uses the history' },
  'history-foreign': { zh: '历史数据文件不是脉搏的', en: 'The history file is not one of Maibo' },
  'history-failed': { zh: '历史库进程失败', en: 'The process that keeps history has failed' },
  'history-unavailable': { zh: '历史数据暂不可用', en: 'History cannot be read now' },
  'history-newer': { zh: '历史数据文件由更新的版本写成', en: 'The history file was written by a newer version' },
  'history-file': { zh: '不是脉搏导出的历史文件', en: 'The file is no export of the history' },
  'backtest-cancelled': { zh: '回测已取消', en: 'The back-test was cancelled' },
  'backtest-failed': { zh: '回测中途失败', en: 'The back-test ended early' },
  'audit-absent': { zh: '此目录没有审计记录', en: 'There is no audit record here' },
  'audit-file-unreadable': { zh: '检查点或公钥文件无法读取', en: 'A file of checkpoints or of public keys cannot be read' },
  'audit-key-invalid': { zh: '审计签名密钥有误', en: 'The key of the audit record is not well formed' },
  'cursor-invalid': { zh: '翻页游标有误', en: 'The cursor of a page is not one of ours' },
  'address-unusable': { zh: '地址不可用', en: 'The address cannot be used' },
  'door-closed': { zh: '接入已关闭', en: 'This door is closed' },
  'broker-lost': { zh: 'MQTT 服务失联', en: 'The broker is out of reach' },
  'not-acknowledged': { zh: '对方未确认', en: 'It was not acknowledged' },
  'no-subscriber': { zh: '没有订阅者', en: 'Nobody has subscribed' },
  'password-missing': { zh: '没有输入口令', en: 'No password was given' },
  'password-differs': { zh: '两次输入的口令不同', en: 'The two passwords are not the same' },
  'password-hash-invalid': { zh: '口令散列格式有误', en: 'The hash of a password is not well formed' },
  'webhook-secret-invalid': { zh: '推送密钥格式有误', en: 'A webhook secret is not well formed' },
  'format-unmappable': {
    zh: '工单消息无法写成接收方要求的格式',
    en: 'A message cannot be written in the format that its receiver asks for',
  },
  'webhook-secret-missing': { zh: '推送缺少密钥', en: 'A webhook has no secret' },
} as const satisfies Readonly<Record<string, Text>>;

/** `maibo replay`. */
const REPLAY_CODES = {
  'mapping-unreadable': { zh: '映射文件无法读取', en: 'The mapping file cannot be read' },
  'mapping-invalid': { zh: '映射文件有误', en: 'The mapping file has faults' },
  'recording-unreadable': { zh: '记录无法读取', en: 'The recording cannot be read' },
  'recording-format-unknown': { zh: '不知记录的格式', en: 'The format of the recording is unknown' },
  'recording-columns': { zh: '映射与记录的列不符', en: 'The mapping names columns that the recording has not' },
  'recording-broken': { zh: '记录已损坏', en: 'The recording is broken' },
  'recording-empty': { zh: '记录是空的', en: 'The recording is empty' },
  'broker-unreachable': { zh: '连不上 MQTT 服务', en: 'The broker is out of reach' },
  'broker-silent': { zh: 'MQTT 服务不再确认', en: 'The broker no longer acknowledges' },
  'publish-failed': { zh: '发布失败', en: 'A publish failed' },
} as const satisfies Readonly<Record<string, Text>>;

export const ERROR_CODES: Readonly<Record<string, Text>> = {
  ...REJECTION_CODES,
  ...RECEIPT_CODES,
  ...CONFIG_CODES,
  ...CITY_CODES,
  ...RULE_CODES,
  ...RUN_CODES,
  ...REPLAY_CODES,
};
