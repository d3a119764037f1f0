namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>A tensor as a safetensors file holds it.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">The format's name of the element type: <c>BF16</c>, <c>F8_E4M3</c>, ...</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Bytes">Elements in row-major order.</param>
internal sealed record StoredTensor(string Name, string Type, int[] Shape, byte[] Bytes);
