using System.Buffers.Text;
using System.Runtime.CompilerServices;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training;

/// <summary>Reads a step's line of <c>events.jsonl</c> as <see cref="RunEvents.ToLine"/> writes it, field after field: nearly all lines of a long run are steps, and a page waits for them.</summary>
/// <remarks>Optimized at its first call: it is over before the runtime would notice that it is worth it.</remarks>
internal static class StepLine
{
    private const MethodImplOptions Inlined = MethodImplOptions.AggressiveInlining;

    private static ReadOnlySpan<byte> Beginning => "{\"type\":\"step\""u8;

    /// <summary>The step; <see langword="null"/> where the line is another event, or is not written so: the general reader knows more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TrainingEvent.StepCompleted? TryRead(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith(Beginning))
        {
            return null;
        }

        var rest = line[Beginning.Length..];
        long? devicePeakBytes = null;
        double? expertBalance = null;
        if (!(Take(ref rest, ",\"step\":"u8, out int step)
            && Take(ref rest, ",\"epoch\":"u8, out double epoch)
            && Take(ref rest, ",\"loss\":"u8, out double loss)
            && Take(ref rest, ",\"learningRate\":"u8, out double learningRate)
            && Take(ref rest, ",\"gradientNorm\":"u8, out double gradientNorm)
            && Take(ref rest, ",\"tokens\":"u8, out int tokens)
            && Take(ref rest, ",\"learntTokens\":"u8, out int learntTokens)
            && Take(ref rest, ",\"seconds\":"u8, out double seconds)
            && Take(ref rest, ",\"residentBytes\":"u8, out long residentBytes)))
        {
            return null;
        }

        if (Take(ref rest, ",\"devicePeakBytes\":"u8, out long peak))
        {
            devicePeakBytes = peak;
        }

        if (Take(ref rest, ",\"expertBalance\":"u8, out double balance))
        {
            expertBalance = balance;
        }

        return TakeMoment(ref rest, out var at) && rest.SequenceEqual("}"u8)
            ? new(step, epoch, loss, learningRate, gradientNorm, tokens, learntTokens, seconds, residentBytes) { At = at, DevicePeakBytes = devicePeakBytes, ExpertBalance = expertBalance }
            : null;
    }

    [MethodImpl(Inlined)]
    private static bool Take(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> name, out int value)
    {
        var isWhole = Take(ref rest, name, out long found) && found is >= int.MinValue and <= int.MaxValue;
        value = isWhole ? (int)found : 0;
        return isWhole;
    }

    [MethodImpl(Inlined)]
    private static bool Take(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> name, out long value)
    {
        value = 0;
        return rest.StartsWith(name) && Utf8Parser.TryParse(rest[name.Length..], out value, out var bytes) && Pass(ref rest, name.Length + bytes);
    }

    [MethodImpl(Inlined)]
    private static bool Take(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> name, out double value)
    {
        value = 0;
        return rest.StartsWith(name) && Utf8Parser.TryParse(rest[name.Length..], out value, out var bytes) && Pass(ref rest, name.Length + bytes);
    }

    /// <summary>A moment as <c>,"at":"2026-11-27T20:33:15.5158817+00:00"</c>; the fraction has as many digits as it needs.</summary>
    [MethodImpl(Inlined)]
    private static bool TakeMoment(ref ReadOnlySpan<byte> rest, out DateTimeOffset at)
    {
        const int SecondsEnd = 26;
        at = default;
        if (rest.Length < SecondsEnd || !rest.StartsWith(",\"at\":\""u8) || rest[11] != '-' || rest[14] != '-' || rest[17] != 'T' || rest[20] != ':' || rest[23] != ':')
        {
            return false;
        }

        var (year, month, day) = (Digits(rest[7..11]), Digits(rest[12..14]), Digits(rest[15..17]));
        var (hour, minute, second) = (Digits(rest[18..20]), Digits(rest[21..23]), Digits(rest[24..SecondsEnd]));
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59)
        {
            return false;
        }

        var (place, ticks, unit) = (SecondsEnd, 0L, TimeSpan.TicksPerSecond);
        if (place < rest.Length && rest[place] == '.')
        {
            for (place++; place < rest.Length && rest[place] is >= (byte)'0' and <= (byte)'9' && unit > 1; place++)
            {
                unit /= 10;
                ticks += (rest[place] - '0') * unit;
            }
        }

        at = new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero).AddTicks(ticks);
        return rest[place..].StartsWith("+00:00\""u8) && Pass(ref rest, place + 7);
    }

    /// <summary>The number that some digits make; -1 where one is none.</summary>
    [MethodImpl(Inlined)]
    private static int Digits(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return -1;
            }

            number = (10 * number) + (digit - '0');
        }

        return number;
    }

    [MethodImpl(Inlined)]
    private static bool Pass(ref ReadOnlySpan<byte> rest, int bytes)
    {
        rest = rest[bytes..];
        return true;
    }
}
