namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>What of a dict a view shows.</summary>
internal enum PyDictViewKind
{
    Keys,
    Values,
    Items,
}
