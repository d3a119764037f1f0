namespace FineTuneStudio.Engine.Datasets.Records;

/// <summary>Records of delimited text (RFC 4180): a newline ends a record unless it stands inside a quoted field.</summary>
internal sealed class DelimitedScanner(byte delimiter) : RecordScanner
{
    private const byte Quote = (byte)'"';
    private State _state = State.FieldStart;

    private enum State : byte
    {
        FieldStart,
        Unquoted,
        Quoted,
        QuoteInQuoted,
    }

    public override bool OneLineEach => false;

    public override bool InQuote => _state == State.Quoted;

    public override int FindEnd(ReadOnlySpan<byte> data, int from)
    {
        var position = from;
        while (position < data.Length)
        {
            switch (_state)
            {
                case State.FieldStart when data[position] == Quote:
                    _state = State.Quoted;
                    position++;
                    break;
                case State.Quoted:
                    var quote = data[position..].IndexOf(Quote);
                    if (quote < 0)
                    {
                        return -1;
                    }

                    position += quote + 1;
                    _state = State.QuoteInQuoted;
                    break;
                case State.QuoteInQuoted when data[position] == Quote:
                    _state = State.Quoted;
                    position++;
                    break;
                default:
                    _state = State.Unquoted;
                    var next = data[position..].IndexOfAny(delimiter, (byte)'\n');
                    if (next < 0)
                    {
                        return -1;
                    }

                    position += next + 1;
                    _state = State.FieldStart;
                    if (data[position - 1] == (byte)'\n')
                    {
                        return position;
                    }

                    break;
            }
        }

        return -1;
    }

    public override int ContentLength(ReadOnlySpan<byte> record) => LineScanner.Trim(record);

    public override void Restart() => _state = State.FieldStart;
}
