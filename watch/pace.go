package watch

import "time"

// pace measures how fast a training goes.
type pace struct {
	begun  time.Time     // the epoch at hand
	first  int           // its first batch in this process
	last   time.Time     // of the last measurement
	seen   int           // samples at that time
	latest float64       // samples per second that were measured last
	epoch  time.Duration // what a whole epoch took, validation included
}

func (p *pace) beginEpoch(now time.Time, batch, samples int) {
	p.begun, p.first, p.last, p.seen = now, batch, now, samples
}

// perSecond returns the samples per second since it was last asked.
func (p *pace) perSecond(now time.Time, samples int) float64 {
	if elapsed := now.Sub(p.last).Seconds(); elapsed > 0 && samples > p.seen {
		p.latest = float64(samples-p.seen) / elapsed
		p.last, p.seen = now, samples
	}
	return p.latest
}

// endEpoch notes what the epoch took and returns the seconds. One that began in
// the middle counts for as much as it did.
func (p *pace) endEpoch(now time.Time, steps int) float64 {
	elapsed := now.Sub(p.begun)
	p.epoch = elapsed
	if did := steps - p.first; steps > 0 && p.first > 0 && did > 0 {
		p.epoch = elapsed * time.Duration(steps) / time.Duration(did)
	}
	return elapsed.Seconds()
}

// left returns the seconds that the rest of the epoch, of so many steps, and
// so many more epochs will take; 0 if that cannot be told.
func (p *pace) left(now time.Time, batch, steps, epochs int) float64 {
	epoch, rest := p.epoch, time.Duration(0)
	if done := batch - p.first; done > 0 && steps > 0 {
		perStep := now.Sub(p.begun) / time.Duration(done)
		rest = perStep * time.Duration(max(steps-batch, 0))
		epoch = max(epoch, perStep*time.Duration(steps))
	}
	return (rest + epoch*time.Duration(max(epochs, 0))).Seconds()
}
