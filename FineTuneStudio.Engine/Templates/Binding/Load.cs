namespace FineTuneStudio.Engine.Templates.Binding;

/// <summary>How a variable is filled when its scope is entered.</summary>
internal readonly record struct Load(LoadKind Kind, string Name, Variable? Source = null);
