namespace FineTuneStudio.Tests.Engine.Templates;

/// <summary>A clock that stands still.</summary>
internal sealed class FixedClock(DateTimeOffset now) : TimeProvider
{
    /// <summary>The moment of the reference's renderings.</summary>
    public static readonly FixedClock Golden = new(new DateTimeOffset(2026, 11, 22, 12, 34, 56, TimeSpan.Zero));

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => now;
}
