namespace FineTuneStudio.Components.Shared;

public enum NoteKind
{
    Plain,
    Good,
    Warn,
    Bad,
}
