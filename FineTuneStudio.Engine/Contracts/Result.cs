namespace FineTuneStudio.Engine.Contracts;

/// <summary>What came of something a person asked for: a value, or what they can mend. Defects are exceptions instead.</summary>
public abstract record Result<T>
{
    private Result()
    {
    }

    /// <summary>It was done.</summary>
    public sealed record Success(T Value) : Result<T>;

    /// <summary>It was refused; every fault is listed at once.</summary>
    public sealed record Refused(IReadOnlyList<UserError> Errors) : Result<T>;
}
