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
                    Add(answer, line.Span[..^1], target);
                }

                Flush(target);
            }

            if (NextLine(isLast: true) is { Length: > 0 } last)
            {
                Add(answer, last.Span, target);
            }
        }
        finally
        {
            Flush(target);
        }
    }

    private void Add(Answer answer, ReadOnlySpan<byte> line, MemoryStream target)
    {
        _number++;
        if (_number == 1 && line.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        var before = target.Length;
        try
        {
            answer(line, target);
            target.WriteByte((byte)'\n');
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            target.SetLength(before);
            var message = exception is FormatException ? exception.Message : $"This is no JSON: {Shorten(exception.Message)}";
            throw new UserErrorException($"line {_number}", message);
        }
    }

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
