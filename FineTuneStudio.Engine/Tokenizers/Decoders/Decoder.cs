namespace FineTuneStudio.Engine.Tokenizers.Decoders;

/// <summary>One step of the way from tokens back to text; the text is the steps' last result, joined.</summary>
internal abstract class Decoder
{
    /// <summary>Changes the list of pieces.</summary>
    public abstract List<string> Apply(List<string> pieces);
}
