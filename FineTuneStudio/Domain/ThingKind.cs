namespace FineTuneStudio.Domain;

/// <summary>What a person keeps in the studio, and can delete.</summary>
public enum ThingKind
{
    Dataset,
    Run,
    Model,
    Adapter,
}
