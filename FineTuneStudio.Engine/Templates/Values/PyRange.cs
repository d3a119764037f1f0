namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's range.</summary>
internal sealed class PyRange(long start, long stop, long step)
{
    public long Start { get; } = start;

    public long Stop { get; } = stop;

    public long Step { get; } = step;

    public int Count { get; } = Length(start, stop, step);

    public object this[int position] => Boxed.Of(Start + (position * Step));

    /// <summary>Position of an integer, or -1.</summary>
    public int PositionOf(object value)
    {
        if (PyNumber.AsLong(value) is not { } number || (number - Start) % Step != 0)
        {
            return -1;
        }

        var position = (number - Start) / Step;
        return position >= 0 && position < Count ? (int)position : -1;
    }

    private static int Length(long start, long stop, long step)
    {
        var span = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        var width = step > 0 ? (Int128)step : -(Int128)step;
        return span <= 0 ? 0 : (int)Int128.Min(int.MaxValue, (span + width - 1) / width);
    }
}
