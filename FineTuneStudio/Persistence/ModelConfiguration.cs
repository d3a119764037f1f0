using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FineTuneStudio.Persistence;

internal sealed class ModelConfiguration : IEntityTypeConfiguration<ModelEntity>
{
    /// <summary>A deleted model's name is free.</summary>
    public const string NotDeleted = "\"DeletedAt\" IS NULL";

    public void Configure(EntityTypeBuilder<ModelEntity> builder)
    {
        builder.HasKey(model => model.Id);
        builder.HasQueryFilter(model => model.DeletedAt == null);
        builder.Property(model => model.Name).HasMaxLength(100);
        builder.Property(model => model.Architecture).HasMaxLength(100);
        builder.Property(model => model.Sha256).HasMaxLength(64);
        builder.HasIndex(model => model.Name).IsUnique().HasFilter(NotDeleted);
    }
}
