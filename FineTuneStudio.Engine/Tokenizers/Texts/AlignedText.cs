namespace FineTuneStudio.Engine.Tokenizers.Texts;

/// <summary>Text on its way to the model, which still knows what part of the original text each of its units stands for.</summary>
/// <remarks>Slices share their parent's text and map. Without a map, unit <c>i</c> stands for the original's unit <c>Base + i</c>.</remarks>
internal readonly struct AlignedText
{
    private readonly Alignment? _map;
    private readonly int _base;
    private readonly int _floor;

    private AlignedText(ReadOnlyMemory<char> text, Alignment? map, int start, int floor)
    {
        Text = text;
        _map = map;
        _base = start;
        _floor = floor;
    }

    /// <summary>The text as it stands now.</summary>
    public ReadOnlyMemory<char> Text { get; }

    /// <summary>The text as it stands now.</summary>
    public ReadOnlySpan<char> Span => Text.Span;

    /// <summary>Units of the text as it stands now.</summary>
    public int Length => Text.Length;

    /// <summary>A text that stands for itself.</summary>
    public static AlignedText Of(string text) => new(text.AsMemory(), map: null, start: 0, floor: 0);

    /// <summary>A text whose every unit is mapped.</summary>
    public static AlignedText Mapped(ReadOnlyMemory<char> text, Alignment map) => new(text, map, start: 0, floor: 0);

    /// <summary>The same place in the original for another text of units that stand one for one, after <paramref name="added"/> units in front that stand for nothing.</summary>
    public AlignedText WithText(ReadOnlyMemory<char> text, int added)
        => _map is null
            ? new AlignedText(text, map: null, _base - added, Math.Max(_floor, _base))
            : throw new InvalidOperationException("Only text without a map can be replaced.");

    /// <summary>Whether the text is the original's, unit for unit.</summary>
    public bool IsPlain => _map is null;

    /// <summary>First unit of the original that unit <paramref name="index"/> stands for.</summary>
    public int StartOf(int index) => _map is null ? Math.Max(_floor, _base + index) : _map.Starts[_base + index];

    /// <summary>One past the last unit of the original that unit <paramref name="index"/> stands for.</summary>
    public int EndOf(int index) => _map is null ? Math.Max(_floor, _base + index + 1) : _map.Ends[_base + index];

    /// <summary>Where an empty piece at <paramref name="index"/> stands in the original.</summary>
    public int PointAt(int index) => Length == 0 ? Math.Max(_floor, _base) : index < Length ? StartOf(index) : EndOf(Length - 1);

    /// <summary>A part of the text.</summary>
    public AlignedText Slice(int start, int length) => new(Text.Slice(start, length), _map, _base + start, _floor);
}
