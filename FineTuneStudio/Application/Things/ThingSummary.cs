namespace FineTuneStudio.Application.Things;

/// <summary>Something a person keeps, as a search shows it.</summary>
/// <param name="Kind"><c>dataset</c>, <c>run</c>, <c>model</c> or <c>adapter</c>.</param>
/// <param name="Group">Heading it stands under.</param>
/// <param name="Id">Its id.</param>
/// <param name="Name">As the person calls it.</param>
/// <param name="State">Where a run or a dataset stands; empty elsewhere.</param>
/// <param name="Facts">A few words that tell two of the same name apart.</param>
/// <param name="Address">Its page.</param>
public sealed record ThingSummary(string Kind, string Group, Guid Id, string Name, string State, string Facts, string Address);
