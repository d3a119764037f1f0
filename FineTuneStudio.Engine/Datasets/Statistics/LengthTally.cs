using System.Numerics;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Statistics;

/// <summary>Counts lengths in buckets 3 % wide, so that percentiles of any number of rows cost four kilobytes.</summary>
internal sealed class LengthTally
{
    // Exact below 32; above, 32 buckets to each doubling.
    private const int SubBits = 5;
    private const int SubCount = 1 << SubBits;
    private readonly long[] _buckets = new long[(64 - SubBits) << SubBits];
    private long _count;
    private long _sum;
    private long _minimum = long.MaxValue;
    private long _maximum;

    public void Add(long value)
    {
        _buckets[BucketOf(value)]++;
        _count++;
        _sum += value;
        _minimum = Math.Min(_minimum, value);
        _maximum = Math.Max(_maximum, value);
    }

    public void Add(LengthTally other)
    {
        for (var i = 0; i < _buckets.Length; i++)
        {
            _buckets[i] += other._buckets[i];
        }

        _count += other._count;
        _sum += other._sum;
        _minimum = Math.Min(_minimum, other._minimum);
        _maximum = Math.Max(_maximum, other._maximum);
    }

    public Distribution ToDistribution()
        => _count == 0
            ? new Distribution(0, 0, 0, 0, 0, 0, [])
            : new Distribution(_count, _minimum, (double)_sum / _count, Percentile(0.5), Percentile(0.95), _maximum, Bars());

    private static int BucketOf(long value)
    {
        if (value < SubCount)
        {
            return (int)value;
        }

        var exponent = BitOperations.Log2((ulong)value) - SubBits;
        return ((exponent + 1) << SubBits) + (int)((value >> exponent) & (SubCount - 1));
    }

    private static long LowerEdge(int bucket)
    {
        if (bucket < SubCount)
        {
            return bucket;
        }

        var exponent = (bucket >> SubBits) - 1;
        return (long)(SubCount + (bucket & (SubCount - 1))) << exponent;
    }

    private long Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(_count * share);
        long seen = 0;
        for (var i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen >= wanted)
            {
                // The middle of the bucket, within what really occurred.
                return Math.Clamp((LowerEdge(i) + LowerEdge(i + 1) - 1) / 2, _minimum, _maximum);
            }
        }

        return _maximum;
    }

    /// <summary>About twenty bars over what occurs: buckets are joined by the same number throughout.</summary>
    private List<HistogramBar> Bars()
    {
        const int wanted = 20;
        var first = BucketOf(_minimum);
        var last = BucketOf(_maximum);
        var step = Math.Max(1, (last - first + wanted) / wanted);
        var bars = new List<HistogramBar>();
        for (var i = first; i <= last; i += step)
        {
            var end = Math.Min(i + step, last + 1);
            long count = 0;
            for (var j = i; j < end; j++)
            {
                count += _buckets[j];
            }

            bars.Add(new HistogramBar(LowerEdge(i), LowerEdge(end) - 1, count));
        }

        return bars;
    }
}
