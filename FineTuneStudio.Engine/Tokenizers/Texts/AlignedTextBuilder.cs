using System.Text;

namespace FineTuneStudio.Engine.Tokenizers.Texts;

/// <summary>Writes a changed text and keeps what each unit stands for.</summary>
internal sealed class AlignedTextBuilder
{
    private readonly StringBuilder _text;
    private readonly List<int> _starts;
    private readonly List<int> _ends;

    public AlignedTextBuilder(int capacity)
    {
        _text = new StringBuilder(capacity);
        _starts = new List<int>(capacity);
        _ends = new List<int>(capacity);
    }

    /// <summary>Copies a part of the source as it is.</summary>
    public void Copy(AlignedText source, int start, int length)
    {
        _text.Append(source.Span.Slice(start, length));
        for (var index = start; index < start + length; index++)
        {
            _starts.Add(source.StartOf(index));
            _ends.Add(source.EndOf(index));
        }
    }

    /// <summary>Writes text that stands for the original's units from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    public void Append(ReadOnlySpan<char> text, int start, int end)
    {
        _text.Append(text);
        for (var count = text.Length; count > 0; count--)
        {
            _starts.Add(start);
            _ends.Add(end);
        }
    }

    /// <summary>Writes a code point that stands for the original's units from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    public void Append(int codePoint, int start, int end)
    {
        Span<char> units = stackalloc char[2];
        if (codePoint >= 0x10000)
        {
            new Rune(codePoint).EncodeToUtf16(units);
            Append(units, start, end);
        }
        else
        {
            units[0] = (char)codePoint;
            Append(units[..1], start, end);
        }
    }

    /// <summary>What was written.</summary>
    public AlignedText Build() => AlignedText.Mapped(_text.ToString().AsMemory(), new Alignment([.. _starts], [.. _ends]));
}
