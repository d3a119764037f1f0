using FineTuneStudio.Engine.Tokenizers.Decoders;

namespace FineTuneStudio.Engine.Tokenizers;

/// <summary>Streams SentencePiece-style tokens: signs become spaces at once, bytes wait until their run ends.</summary>
internal sealed class PieceStreamingDecoder : StreamingDecoder
{
    private readonly Func<int, string?> _tokenOf;
    private readonly Func<string, bool, string> _convert;
    private readonly StripDecoder? _strip;
    private readonly bool _joinsBytes;
    private readonly List<byte> _run = [];
    private bool _isFirst = true;
    private int _toStrip;

    private PieceStreamingDecoder(Func<int, string?> tokenOf, Func<string, bool, string> convert, bool joinsBytes, StripDecoder? strip)
    {
        _tokenOf = tokenOf;
        _convert = convert;
        _joinsBytes = joinsBytes;
        _strip = strip;
        _toStrip = strip?.Start ?? 0;
    }

    /// <summary>A stream for the decoders that can be followed token by token; <c>null</c> for all others.</summary>
    public static PieceStreamingDecoder? TryCreate(Decoder? decoder, Func<int, string?> tokenOf)
    {
        switch (decoder)
        {
            case MetaspaceDecoder metaspace:
                return new PieceStreamingDecoder(tokenOf, metaspace.Convert, joinsBytes: false, strip: null);
            case SequenceDecoder
            {
                Items: [ReplaceDecoder { Literal.Length: > 0 } replace, ByteFallbackDecoder, FuseDecoder, StripDecoder { Stop: 0, Content.Length: 1 } strip],
            }:
                return new PieceStreamingDecoder(tokenOf, Replace(replace), joinsBytes: true, strip);
            case SequenceDecoder { Items: [ReplaceDecoder { Literal.Length: > 0 } replace, ByteFallbackDecoder, FuseDecoder] }:
                return new PieceStreamingDecoder(tokenOf, Replace(replace), joinsBytes: true, strip: null);
            default:
                return null;
        }
    }

    /// <inheritdoc/>
    public override string Push(int id)
    {
        if (_tokenOf(id) is not { } token)
        {
            return "";
        }

        var text = _convert(token, _isFirst);
        _isFirst = false;
        if (_joinsBytes && ByteFallbackDecoder.ByteOf(text) is { } value)
        {
            _run.Add(value);
            return "";
        }

        return Strip(TakeRun() + text);
    }

    /// <inheritdoc/>
    public override string Finish()
    {
        var text = Strip(TakeRun());
        _isFirst = true;
        _toStrip = _strip?.Start ?? 0;
        return text;
    }

    private static Func<string, bool, string> Replace(ReplaceDecoder replace)
        => (token, _) => token.Replace(replace.Literal!, replace.Content, StringComparison.Ordinal);

    private string TakeRun()
    {
        if (_run.Count == 0)
        {
            return "";
        }

        var text = ByteFallbackDecoder.TextOf(_run);
        _run.Clear();
        return text;
    }

    private string Strip(string text)
    {
        var index = 0;
        while (_toStrip > 0 && index < text.Length)
        {
            if (text[index] != _strip!.Content[0])
            {
                _toStrip = 0;
                break;
            }

            index++;
            _toStrip--;
        }

        return text[index..];
    }
}
