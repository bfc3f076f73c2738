package optimizers

import (
	"maps"

	"github.com/lince-ml/lince/config"
)

// describe makes the configuration of a class: its own fields and what all
// optimisers have.
func describe(o Optimizer, class, name string, fields config.Map) config.Object {
	options := o.Settings()
	configuration := config.Map{
		"name":                        name,
		"learning_rate":               describeRate(o.Rate()),
		"weight_decay":                nil,
		"clipnorm":                    orNull(options.ClipNorm),
		"global_clipnorm":             orNull(options.GlobalClipNorm),
		"clipvalue":                   orNull(options.ClipValue),
		"use_ema":                     options.EMA.Use,
		"ema_momentum":                orDefault(options.EMA.Momentum, 0.99),
		"ema_overwrite_frequency":     orNull(options.EMA.OverwriteEvery),
		"loss_scale_factor":           nil,
		"gradient_accumulation_steps": nil,
	}
	if options.WeightDecay != nil {
		configuration["weight_decay"] = *options.WeightDecay
	}
	if options.AccumulationSteps > 1 {
		configuration["gradient_accumulation_steps"] = options.AccumulationSteps
	}
	maps.Copy(configuration, fields)
	return config.Object{Class: class, Config: configuration}
}

func describeRate(schedule Schedule) any {
	if constant, ok := schedule.(Constant); ok {
		return constant.Rate
	}
	return schedule.Object().Serialized("keras.optimizers.schedules")
}

// orNull returns the number, null for 0.
func orNull[T int | float64](number T) any {
	if number == 0 {
		return nil
	}
	return number
}
