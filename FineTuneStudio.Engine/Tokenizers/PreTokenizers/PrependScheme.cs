namespace FineTuneStudio.Engine.Tokenizers.PreTokenizers;

/// <summary>Where Metaspace puts its sign in front.</summary>
internal enum PrependScheme
{
    Always,
    First,
    Never,
}
