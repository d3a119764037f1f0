namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>How execution goes on after a statement.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}
