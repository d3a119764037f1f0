namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>An expert that every token goes through, beside those it chooses.</summary>
/// <param name="IntermediateSize">Width inside; of several shared experts, all together.</param>
/// <param name="Name">Its name within the layer.</param>
/// <param name="Gate">Name of the linear whose sigmoid is its weight; <see langword="null"/> counts it whole.</param>
public sealed record SharedExpertDescription(int IntermediateSize, string Name, string? Gate = null);
