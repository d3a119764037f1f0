using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FineTuneStudio.Persistence;

internal sealed class ImportedAdapterConfiguration : IEntityTypeConfiguration<ImportedAdapterEntity>
{
    public void Configure(EntityTypeBuilder<ImportedAdapterEntity> builder)
    {
        builder.HasKey(adapter => adapter.Id);
        builder.HasQueryFilter(adapter => adapter.DeletedAt == null);
        builder.Property(adapter => adapter.Name).HasMaxLength(200);
        builder.Property(adapter => adapter.Model).HasMaxLength(100);
        builder.Property(adapter => adapter.Origin).HasMaxLength(1000);
        builder.Property(adapter => adapter.BaseModelName).HasMaxLength(500);
        builder.Property(adapter => adapter.Sha256).HasMaxLength(64);
        builder.HasIndex(adapter => adapter.CreatedAt);
    }
}
