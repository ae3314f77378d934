-- What is looked up over organisations: the figures of a period, and the reports that wait for approval. Without these the
-- whole history of a data set is read. The figures stand in the index itself: one period lies together, not a row here and there.
CREATE INDEX reporting_value_period ON reporting_value (jurisdiction, set_name, period, organisation, element, kind, value);
CREATE INDEX reporting_report_state ON reporting_report (jurisdiction, set_name, state);
