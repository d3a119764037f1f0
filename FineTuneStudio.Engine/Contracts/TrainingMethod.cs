namespace FineTuneStudio.Engine.Contracts;

/// <summary>How the model learns.</summary>
public enum TrainingMethod
{
    /// <summary>Supervised fine-tuning: learn the assistant's turns of the dataset.</summary>
    Sft,
}
