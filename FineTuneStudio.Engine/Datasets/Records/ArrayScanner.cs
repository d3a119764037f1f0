using System.Buffers;

namespace FineTuneStudio.Engine.Datasets.Records;

/// <summary>The elements of one JSON array, however they are laid out.</summary>
internal sealed class ArrayScanner : RecordScanner
{
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> ScalarEnd = SearchValues.Create(",]} \t\r\n"u8);

    private bool _opened;
    private bool _closed;
    private bool _commaSeen = true;
    private int _depth;
    private bool _inString;
    private bool _escaped;
    private bool _inScalar;

    public override bool OneLineEach => false;

    public override int SkipSeparators(ReadOnlySpan<byte> data, ref RecordMark mark)
    {
        var position = 0;
        for (; position < data.Length; position++)
        {
            var value = data[position];
            if (value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            if (!_opened && value == (byte)'[')
            {
                _opened = true;
            }
            else if (!_closed && value == (byte)',')
            {
                _commaSeen = true;
            }
            else if (!_closed && value == (byte)']')
            {
                _closed = true;
            }
            else
            {
                break;
            }
        }

        if (position < data.Length)
        {
            mark = _closed ? RecordMark.AfterEnd : _commaSeen ? RecordMark.None : RecordMark.MissingComma;
        }

        return position;
    }

    public override int FindEnd(ReadOnlySpan<byte> data, int from)
    {
        _commaSeen = false;
        if (_closed)
        {
            return -1;
        }

        var position = from;
        if (from == 0)
        {
            _inScalar = data[0] is not ((byte)'{' or (byte)'[' or (byte)'"' or (byte)'}');
        }

        if (_inScalar)
        {
            var length = data[from..].IndexOfAny(ScalarEnd);
            return length < 0 ? -1 : from + length;
        }

        while (position < data.Length)
        {
            if (_inString)
            {
                if (!SkipString(data, ref position))
                {
                    return -1;
                }

                if (_depth == 0)
                {
                    return position;
                }

                continue;
            }

            var next = data[position..].IndexOfAny(Structure);
            if (next < 0)
            {
                return -1;
            }

            position += next + 1;
            switch (data[position - 1])
            {
                case (byte)'"':
                    _inString = true;
                    break;
                case (byte)'{' or (byte)'[':
                    _depth++;
                    break;
                default:
                    // A closing brace too many is an element of its own, so that the scan always moves on.
                    if (--_depth <= 0)
                    {
                        _depth = 0;
                        return position;
                    }

                    break;
            }
        }

        return -1;
    }

    public override int ContentLength(ReadOnlySpan<byte> record) => record.Length;

    public override RecordMark AtEndOfFile() => _closed ? RecordMark.None : RecordMark.UnclosedArray;

    /// <summary>Moves behind the string's closing quote; false where the data ends first.</summary>
    private bool SkipString(ReadOnlySpan<byte> data, ref int position)
    {
        if (_escaped && position < data.Length)
        {
            _escaped = false;
            position++;
        }

        while (position < data.Length)
        {
            var next = data[position..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
            {
                position = data.Length;
                return false;
            }

            position += next + 1;
            if (data[position - 1] == (byte)'"')
            {
                _inString = false;
                return true;
            }

            if (position == data.Length)
            {
                _escaped = true;
                return false;
            }

            position++;
        }

        return false;
    }
}
