import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAnimation } from '../preview/runtime/animation'
import { EventChannel } from '../preview/runtime/event-channel'
import { rpxToVw } from '../preview/shared/rpx'

test('rpx of a style attribute', () => {
  assert.equal(rpxToVw('width: 375rpx; top: -7.5rpx; left: 3px'), 'width: 50vw; top: -1vw; left: 3px')
})

test('what is emitted before anybody listens waits', () => {
  const [mine, theirs] = EventChannel.pair()
  const heard: unknown[] = []
  mine.emit('late', 1, 2)
  theirs.on('late', (...args) => heard.push(args))
  mine.emit('late', 3)
  theirs.off('late')
  mine.emit('other')
  assert.deepEqual(heard, [[1, 2], [3]])
})

test('once is once, and each end hears the other only', () => {
  const heard: string[] = []
  const [mine, theirs] = EventChannel.pair({ up: (word) => heard.push(`mine ${String(word)}`) })
  theirs.once('down', (word) => heard.push(`theirs ${String(word)}`))
  mine.emit('down', 1)
  mine.emit('down', 2)
  theirs.emit('up', 3)
  assert.deepEqual(heard, ['theirs 1', 'mine 3'])
})

test('an animation is a list of steps', () => {
  const chain = createAnimation({ duration: 100 }) as Record<string, (...args: unknown[]) => typeof chain>
  const made = chain['translateX']!(10)['rotate']!(90)['step']!()['opacity']!(0)['step']!({ delay: 5 })
  const { actions } = made['export']!() as unknown as { actions: Record<string, unknown>[] }
  assert.deepEqual(actions.map(({ style, duration, delay }) => ({ style, duration, delay })), [
    { style: { transform: 'translateX(10px) rotate(90deg)' }, duration: 100, delay: 0 },
    { style: { transform: 'translateX(10px) rotate(90deg)', opacity: '0' }, duration: 100, delay: 5 },
  ])
})
