using FineTuneStudio.Domain;

namespace FineTuneStudio.Application.Home;

/// <summary>Something that will not go on, or not go well, without a person.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Id">Its id.</param>
/// <param name="Name">As the person calls it.</param>
/// <param name="Message">What is wrong, as a sentence.</param>
/// <param name="At">Since when.</param>
public sealed record HomeConcern(ThingKind Kind, Guid Id, string Name, string Message, DateTimeOffset At);
