using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.Normalizers;

/// <summary>Changes text before it is cut, and keeps what each unit stood for.</summary>
internal abstract class Normalizer
{
    /// <summary>The changed text; the same where nothing changes.</summary>
    public abstract AlignedText Apply(AlignedText text);
}
