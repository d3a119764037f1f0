namespace FineTuneStudio.Engine.Training.Optimizers;

/// <summary>How a weight learns apart from the others.</summary>
/// <param name="RateFactor">Factor on the schedule's learning rate.</param>
/// <param name="Decays">Whether weight decay pulls it towards zero.</param>
internal readonly record struct LearningRule(double RateFactor, bool Decays)
{
    /// <summary>As all do.</summary>
    public static LearningRule Usual { get; } = new(RateFactor: 1, Decays: true);
}
