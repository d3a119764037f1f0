namespace FineTuneStudio.Engine.Contracts;

/// <summary>Where an answer of the decision tree comes from, when no person gave it.</summary>
public enum EvidenceSource
{
    /// <summary>What was counted in the dataset.</summary>
    Data,

    /// <summary>Answers that the model gave to some of the dataset's prompts.</summary>
    Forecast,

    /// <summary>Nothing yet: taken as given until it is measured.</summary>
    Assumption,
}
