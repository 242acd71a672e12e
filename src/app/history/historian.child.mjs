// Plays the process that keeps history, for the trials of who starts it: it says how it stands, answers, keeps silent, or ends.
const state = { kind: 'following', since: 0, reason: null, place: 'trial', cursor: { offset: 7, audit: 1 }, keepFrom: 7 };

process.on('message', (request) => {
  if (request.kind === 'start') process.send({ kind: 'state', state: { ...state, points: 0, quarantined: 0, lost: 0 } });
  if (request.kind === 'close') process.exit(0);
  if (request.kind !== 'ask') return;
  const { limit } = request.question.query;
  if (limit === 1) process.exit(3);
  if (limit === 2) process.send({ kind: 'unanswered', id: request.id, code: 'history-unavailable', message: 'the disk is full' });
  if (limit > 3) process.send({ kind: 'answer', id: request.id, answer: { kind: 'order-steps', steps: [] } });
});
process.on('disconnect', () => process.exit(0));
