namespace FineTuneStudio.Engine.Templates.Binding;

/// <summary>The way from running code to a variable.</summary>
/// <param name="Hops">Functions to go outwards.</param>
/// <param name="Slot">Place in that function's call.</param>
internal readonly record struct VariableReference(int Hops, int Slot);
