namespace FineTuneStudio.Engine.Contracts;

/// <summary>How the model learns.</summary>
public enum TrainingMethod
{
    /// <summary>Supervised fine-tuning: learn the assistant's turns of the dataset.</summary>
    Sft,

    /// <summary>Reinforcement fine-tuning: learn from the scores that a grader gives the model's own answers.</summary>
    Rft,
}
