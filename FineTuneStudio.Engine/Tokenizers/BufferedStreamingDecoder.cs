namespace FineTuneStudio.Engine.Tokenizers;

/// <summary>For decoders whose text of a token may hang on all that follows: everything comes at the end.</summary>
internal sealed class BufferedStreamingDecoder(Func<int[], string> decode) : StreamingDecoder
{
    private readonly List<int> _ids = [];

    /// <inheritdoc/>
    public override string Push(int id)
    {
        _ids.Add(id);
        return "";
    }

    /// <inheritdoc/>
    public override string Finish()
    {
        var text = decode([.. _ids]);
        _ids.Clear();
        return text;
    }
}
