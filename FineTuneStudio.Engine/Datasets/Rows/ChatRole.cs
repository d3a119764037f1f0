namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Who speaks.</summary>
internal enum ChatRole : byte
{
    None,
    System,
    Developer,
    User,
    Assistant,
    Tool,
}
