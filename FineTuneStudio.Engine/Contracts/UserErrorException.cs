namespace FineTuneStudio.Engine.Contracts;

/// <summary>Carries a person's mistake from where it is found, deep in a loader, up to the border where it is shown.</summary>
/// <remarks>
/// The border (command line, API, page) turns it into a message beside the field and an exit code of 2; it is never logged as a defect.
/// </remarks>
public sealed class UserErrorException : Exception
{
    /// <summary>Creates the exception for several faults found at once.</summary>
    /// <exception cref="ArgumentException"><paramref name="errors"/> is empty.</exception>
    public UserErrorException(IReadOnlyList<UserError> errors)
        : base(string.Join(Environment.NewLine, errors))
    {
        if (errors.Count == 0)
        {
            throw new ArgumentException("At least one error is needed.", nameof(errors));
        }

        Errors = errors;
    }

    /// <summary>Creates the exception for one fault.</summary>
    public UserErrorException(string field, string message)
        : this([new UserError(field, message)])
    {
    }

    /// <summary>All faults, in the order they were found; at least one.</summary>
    public IReadOnlyList<UserError> Errors { get; }

    /// <summary>Throws when there is at least one fault.</summary>
    public static void ThrowIfAny(IEnumerable<UserError> errors)
    {
        var list = errors.ToList();
        if (list.Count > 0)
        {
            throw new UserErrorException(list);
        }
    }
}
