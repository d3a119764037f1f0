namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>Elements that one part of a layer takes of each token, in the type of activations; without its input and its output.</summary>
/// <param name="Made">By its forward pass: all of them are there until the layer is done.</param>
/// <param name="Kept">Of them, what the backward pass reads; without what linears read, which is kept only where they learn.</param>
/// <param name="Gradients">The most gradients that stand beside each other on the way back.</param>
internal readonly record struct PartElements(long Made, long Kept, long Gradients);
