using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Api;

/// <summary>A person's mistakes as the API says them.</summary>
internal static class Problems
{
    /// <summary>Messages by field, as a validation problem takes them.</summary>
    public static IDictionary<string, string[]> ToProblem(this IReadOnlyList<UserError> errors)
        => errors.GroupBy(error => error.Field).ToDictionary(group => group.Key, group => group.Select(error => error.Message).ToArray());
}
