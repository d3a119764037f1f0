using System.Globalization;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Components.Shared;

/// <summary>Figures as people read them: four digits at most, units always.</summary>
public static class Figures
{
    private const int BriefLength = 60;

    public static string Loss(double? loss) => loss is { } value ? value.ToString("0.0000", CultureInfo.InvariantCulture) : "–";

    public static string Reward(double? reward) => reward is { } value && double.IsFinite(value) ? value.ToString("0.###", CultureInfo.InvariantCulture) : "–";

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Counted.Text"/>
    public static string Count(long count, string one, string? many = null) => Counted.Text(count, one, many);

    /// <summary>1.2 M, 34.5 k.</summary>
    public static string Short(double count) => Math.Abs(count) switch
    {
        >= 1e9 => (count / 1e9).ToString("0.##", CultureInfo.InvariantCulture) + " B",
        >= 1e6 => (count / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + " M",
        >= 1e4 => (count / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + " k",
        _ => count.ToString("N0", CultureInfo.InvariantCulture),
    };

    public static string Bytes(long bytes) => ByteSize.Text(bytes);

    public static string Percent(double share) => share.ToString("0.#%", CultureInfo.InvariantCulture);

    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 10 } => duration.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s",
        { TotalSeconds: < 90 } => duration.TotalSeconds.ToString("0", CultureInfo.InvariantCulture) + " s",
        { TotalMinutes: < 90 } => duration.TotalMinutes.ToString("0", CultureInfo.InvariantCulture) + " min",
        { TotalHours: < 48 } => $"{(int)duration.TotalHours} h {duration.Minutes} min",
        _ => duration.TotalDays.ToString("0.#", CultureInfo.InvariantCulture) + " days",
    };

    /// <summary>A guess is said as a range, never as a promise.</summary>
    public static string Range(TimeSpan shortest, TimeSpan longest)
        => Duration(shortest) == Duration(longest) ? Duration(longest) : $"{Duration(shortest)} – {Duration(longest)}";

    public static string Ago(DateTimeOffset moment, DateTimeOffset now) => (now - moment) switch
    {
        { TotalSeconds: < 45 } => "just now",
        { TotalMinutes: < 60 } and var span => $"{Math.Max(1, (int)span.TotalMinutes)} min ago",
        { TotalHours: < 24 } and var span => $"{(int)span.TotalHours} h ago",
        { TotalDays: < 14 } and var span => $"{(int)span.TotalDays} d ago",
        _ => moment.ToString("d MMM yyyy", CultureInfo.InvariantCulture),
    };

    /// <summary>A name inside a sentence: short, and without the marks that would turn the rest of the sentence round.</summary>
    public static string Brief(string name)
    {
        var calm = string.Concat(name.Where(letter => !char.IsControl(letter) && letter is not (>= '\u202A' and <= '\u202E') and not (>= '\u2066' and <= '\u2069')));
        return calm.Length <= BriefLength ? calm : calm[..(BriefLength - (char.IsHighSurrogate(calm[BriefLength - 1]) ? 1 : 0))] + "…";
    }

    public static string Rate(double rate) => rate.ToString(rate is >= 0.001 or 0 ? "0.####" : "0.##e+0", CultureInfo.InvariantCulture);
}
