namespace FineTuneStudio.Engine.Training.Optimizers;

/// <summary>The figures of one update of some weights.</summary>
/// <param name="Number">Updates of these weights, this one too.</param>
/// <param name="LearningRate">Their rate.</param>
/// <param name="WeightDecay">Decoupled decay per unit of learning rate.</param>
/// <param name="GradientScale">Factor on every gradient: clipping.</param>
internal readonly record struct OptimizerStep(long Number, double LearningRate, double WeightDecay, double GradientScale);
