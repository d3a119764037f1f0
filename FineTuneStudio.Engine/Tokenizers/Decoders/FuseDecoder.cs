namespace FineTuneStudio.Engine.Tokenizers.Decoders;

/// <summary>Makes one piece of all.</summary>
internal sealed class FuseDecoder : Decoder
{
    /// <inheritdoc/>
    public override List<string> Apply(List<string> pieces) => [string.Concat(pieces)];
}
