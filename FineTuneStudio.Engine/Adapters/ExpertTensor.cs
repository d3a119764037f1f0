namespace FineTuneStudio.Engine.Adapters;

/// <summary>What a tensor of a model's files holds of the experts' matrices.</summary>
/// <param name="Name">Name in the files.</param>
/// <param name="Expert">Whose matrix it is; <see langword="null"/> holds all of them, stacked.</param>
/// <param name="FirstOutput">The first output that it makes: gate and up may be tensors of their own.</param>
/// <param name="Outputs">How many outputs it makes.</param>
/// <param name="InputsFirst">Whether matrices are <c>[in, out]</c>.</param>
public sealed record ExpertTensor(string Name, int? Expert, long FirstOutput, long Outputs, bool InputsFirst = false);
