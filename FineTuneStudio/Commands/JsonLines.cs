using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands;

/// <summary>Answers lines with lines: in large blocks from a file, at once to a program that waits for each answer.</summary>
internal sealed class JsonLines(Stream input, Stream output)
{
    private const int LongestLine = 256 << 20;
    private byte[] _buffer = new byte[1 << 18];
    private int _start;
    private int _end;
    private long _number;

    /// <summary>Writes the answer to one line.</summary>
    internal delegate void Answer(ReadOnlySpan<byte> line, MemoryStream target);

    /// <summary>Answers every line until the input ends.</summary>
    /// <exception cref="UserErrorException">A line is not what <paramref name="answer"/> takes; all before it are answered.</exception>
    public void Run(Answer answer)
    {
        using var target = new MemoryStream(1 << 18);
        try
        {
            while (Fill())
            {
                while (NextLine(isLast: false) is { Length: > 0 } line)
                {
                    Add(answer, line[..^1], target);
                }

                Flush(target);
            }

            if (NextLine(isLast: true) is { Length: > 0 } last)
            {
                Add(answer, last, target);
            }
        }
        finally
        {
            Flush(target);
        }
    }

    /// <summary>Answers all lines that have arrived together, then those that arrived meanwhile, until the input ends.</summary>
    /// <param name="read">What a line says.</param>
    /// <param name="answer">Writes a line for each, in order, to the stream it is given, and flushes it as it likes.</param>
    /// <exception cref="UserErrorException">A line is not what <paramref name="read"/> takes; all before it are answered.</exception>
    public void RunTogether<T>(Func<ReadOnlyMemory<byte>, T> read, Action<IReadOnlyList<T>, Stream> answer)
    {
        for (var isLast = false; !isLast;)
        {
            isLast = !Fill();
            var (lines, fault) = ReadLines(read, isLast);
            if (lines.Count > 0)
            {
                answer(lines, output);
                output.Flush();
            }

            if (fault is not null)
            {
                throw fault;
            }
        }
    }

    private (List<T> Lines, UserErrorException? Fault) ReadLines<T>(Func<ReadOnlyMemory<byte>, T> read, bool isLast)
    {
        var lines = new List<T>();
        while (NextLine(isLast) is { Length: > 0 } line)
        {
            try
            {
                lines.Add(read(Begin(line.TrimEnd((byte)'\n'))));
            }
            catch (Exception exception) when (exception is JsonException or FormatException or UserErrorException)
            {
                return (lines, Fault(exception));
            }
        }

        return (lines, null);
    }

    // Counts the line, and leaves a mark at the start of the input out.
    private ReadOnlyMemory<byte> Begin(ReadOnlyMemory<byte> line)
        => ++_number == 1 && line.Span.StartsWith("\uFEFF"u8) ? line[3..] : line;

    private void Add(Answer answer, ReadOnlyMemory<byte> line, MemoryStream target)
    {
        var before = target.Length;
        try
        {
            answer(Begin(line).Span, target);
            target.WriteByte((byte)'\n');
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            target.SetLength(before);
            throw Fault(exception);
        }
    }

    private UserErrorException Fault(Exception exception) => exception is UserErrorException mistake
        ? new UserErrorException([.. mistake.Errors.Select(error => new UserError($"line {_number}", error.Message))])
        : new UserErrorException($"line {_number}", exception is FormatException ? exception.Message : $"This is no JSON: {Shorten(exception.Message)}");

    // Only the first sentence: what follows is a position inside the line counted as if it were a file.
    private static string Shorten(string message)
        => message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var end and > 0 ? message[..end] : message;

    private ReadOnlyMemory<byte> NextLine(bool isLast)
    {
        var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n') + 1;
        if (length == 0 && isLast)
        {
            length = _end - _start;
        }

        var line = _buffer.AsMemory(_start, length);
        _start += length;
        return line;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= LongestLine)
            {
                throw new UserErrorException($"line {_number + 1}", $"The line is longer than {LongestLine >> 20} MiB; split the text.");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var count = input.Read(_buffer, _end, _buffer.Length - _end);
        _end += count;
        return count > 0;
    }

    private void Flush(MemoryStream target)
    {
        output.Write(target.GetBuffer(), 0, (int)target.Length);
        output.Flush();
        target.SetLength(0);
    }
}
